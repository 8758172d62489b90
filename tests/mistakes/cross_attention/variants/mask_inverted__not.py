class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        hidden = None if memory_mask is None else memory_mask.logical_not()
        return self.attention(x, memory, memory, hidden)
