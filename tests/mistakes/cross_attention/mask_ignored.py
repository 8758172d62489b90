"""Masked source positions keep their weight in your output: memory_mask is never handed to the attention. It is the fourth argument."""

FUNDAMENTAL = "The mask has to hide what it forbids."


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        return self.attention(x, memory, memory)
