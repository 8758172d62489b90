"""With padding, your layer allows a key that is in the past or is a word. Both must hold: &, not |."""

FUNDAMENTAL = "A position has to be allowed by both masks."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = causal_mask(x.shape[1])
        if padding is not None:
            mask = mask | padding
        return self.attention(x, x, x, mask)
