"""Your layer looks exactly where it may not. In this course True means that a position may be attended to (nn.MultiheadAttention says the opposite), so the mask goes in as it is."""

FUNDAMENTAL = "The mask says where to look: inverted, it hides what should be seen."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        mask = None if memory_mask is None else ~memory_mask
        return self.attention(x, memory, memory, mask)
