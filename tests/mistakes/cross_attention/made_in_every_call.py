"""Your layer makes a new attention in every call, with new random weights, so nothing that it learns is kept. Make it once, in __init__."""

FUNDAMENTAL = "The weights that a layer learns live from call to call."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.d_model, self.num_heads = d_model, num_heads

    def forward(self, x, memory, memory_mask=None):
        self.attention = parts.MultiHeadAttention(self.d_model, self.num_heads).to(x.dtype)
        return self.attention(x, memory, memory, memory_mask)
