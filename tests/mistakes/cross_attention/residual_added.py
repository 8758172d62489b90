"""Your output is x too large: a residual connection is added in here. The decoder layer of the next lesson does that around this layer."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(x, memory, memory, memory_mask)
        return x + output, weights
