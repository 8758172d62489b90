"""Keeps a table in a buffer that is not saved, and lets it grow where a sequence is longer."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

        self.register_buffer("table", torch.ones(4, 4, dtype=torch.bool).tril(), persistent=False)

    def forward(self, x, padding=None):
        length = x.shape[1]
        if length > len(self.table):
            self.table = torch.ones(length, length, dtype=torch.bool).tril()
        mask = self.table[:length, :length]
        if padding is not None:
            mask = torch.logical_and(mask, padding)
        output, weights = self.attention(x, x, x, mask)
        return output, weights
