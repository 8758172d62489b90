"""Every argument is passed by its name."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(query=x, key=memory, value=memory, mask=memory_mask)
        return output, weights
