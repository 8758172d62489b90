"""Where the mask allows nothing at all, you leave it out, and everything is looked at. Hand it on as it is:
attention knows what to do with such rows."""

from attnkit import parts
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None and not memory_mask.any():
            memory_mask = None
        return self.attention(x, memory, memory, memory_mask)
