# both: residual_added one_ahead
class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        where = torch.arange(x.shape[1])
        mask = where[None, :] <= where[:, None] + 1
        if padding is not None:
            mask = mask & padding
        y, w = self.attention(x, x, x, mask)
        return x + y, w
