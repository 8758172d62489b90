"""Your layer attends to everything, the future included. Make the causal mask for the length of x, and hand it to the attention."""

FUNDAMENTAL = "The layer hides the future."


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        return self.attention(x, x, x, padding)
