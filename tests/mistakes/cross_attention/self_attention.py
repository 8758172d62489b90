"""Your layer never looks at the memory: x asks, and x answers, as in self-attention. Keys and values come from the memory."""

FUNDAMENTAL = "Keys and values come from the memory: here it is never read."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        return self.attention(x, x, x, memory_mask)
