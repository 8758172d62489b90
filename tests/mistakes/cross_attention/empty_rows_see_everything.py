"""A position that may attend to nothing sees all of the memory in your layer. Leave such a row as it is: parts.MultiHeadAttention gives it weights 0."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None:
            memory_mask = memory_mask | ~memory_mask.any(dim=-1, keepdim=True)
        return self.attention(x, memory, memory, memory_mask)
