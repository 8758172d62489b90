"""A subclass of the given attention whose forward takes two sequences."""


class FromMemory(parts.MultiHeadAttention):
    def forward(self, x, memory, mask=None):
        return super().forward(x, memory, memory, mask=mask)


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.add_module("attention", FromMemory(d_model, num_heads))

    def forward(self, x, memory, memory_mask=None):
        return tuple(self.attention(x, memory, memory_mask))
