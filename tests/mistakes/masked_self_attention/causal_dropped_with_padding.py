"""With padding, your layer sees the future: the padding mask takes the place of the causal one. A key must be allowed by both."""

FUNDAMENTAL = "The future is hidden with padding and without."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1]) if padding is None else padding
        return self.attention(x, x, x, mask)
