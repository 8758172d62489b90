"""Your layer keeps the first memory that it was given, and answers every later call from it. The next sentence brings its own: use the memory of the call."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.memory = None

    def forward(self, x, memory, memory_mask=None):
        if self.memory is None:
            self.memory = memory
        return self.attention(x, self.memory, self.memory, memory_mask)
