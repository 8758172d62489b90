"""Your layer attends to padding: the argument padding is not used. Combine it with the causal mask."""

FUNDAMENTAL = "Padding is hidden."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        return self.attention(x, x, x, causal_mask(x.shape[1]))
