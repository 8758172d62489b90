"""Your layer has one head, whatever num_heads says. Hand num_heads on to the attention."""

FUNDAMENTAL = "The layer has num_heads heads."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError(f"{num_heads} heads do not divide {d_model} features")
        self.attention = parts.MultiHeadAttention(d_model, 1)

    def forward(self, x, memory, memory_mask=None):
        return self.attention(x, memory, memory, memory_mask)
