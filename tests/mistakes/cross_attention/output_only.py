"""Your layer returns the output without the weights. Return the pair, as the attention gives it: the next exercise reads the weights."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        output, _ = self.attention(x, memory, memory, memory_mask)
        return output
