"""Masked source positions still take weight from the others: your layer sets the memory to 0 there, and a key of 0 still has a score. Hand the mask to the attention instead."""


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None:
            keys = memory_mask.expand(x.shape[0], x.shape[1], memory.shape[1]).any(1)
            memory = memory.masked_fill(~keys[..., None], 0.0)
        return self.attention(x, memory, memory)
