"""All sentences of the batch get the mask of the first one. Each has its own padding: keep the batch axis of the mask."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None and memory_mask.dim() == 3:
            memory_mask = memory_mask[:1]
        return self.attention(x, memory, memory, memory_mask)
