"""Spreads the padding over the queries and keeps the lower triangle."""


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        batch, length, _ = x.shape
        if padding is None:
            padding = x.new_ones(batch, 1, length, dtype=torch.bool)
        return self.attention(query=x, key=x, value=x, mask=padding.expand(-1, length, -1).tril())
