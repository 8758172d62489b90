"""Asks one query at a time, with the keys up to its own position."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.shape[1]
        outputs, rows = [], []
        for last in range(length):
            past = x[:, : last + 1]
            mask = None if padding is None else padding[..., : last + 1]
            output, weights = self.attention(x[:, last : last + 1], past, past, mask)
            outputs.append(output)
            rows.append(F.pad(weights, (0, length - last - 1)))
        return torch.cat(outputs, dim=1), torch.cat(rows, dim=2)
