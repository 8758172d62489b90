"""Without padding, your layer sees the future: the causal mask is left out where padding is None. It is always needed; padding only adds to it."""

FUNDAMENTAL = "The future is hidden with padding and without."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = None
        if padding is not None:
            mask = causal_mask(x.shape[1]) & padding
        return self.attention(x, x, x, mask)
