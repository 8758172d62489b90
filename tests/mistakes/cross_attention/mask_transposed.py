"""Your mask is turned around: its rows are the positions of x already, and its columns those of the memory. It needs no transpose."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        mask = None if memory_mask is None else memory_mask.transpose(-2, -1)
        return self.attention(x, memory, memory, mask)
