"""Your layer is right up to the size of its table, but x may be of any length. Make the causal mask for the
length of x."""

import torch
from attnkit import parts
from torch import nn


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)
        self.register_buffer("table", torch.ones(128, 128, dtype=torch.bool).tril(), persistent=False)

    def forward(self, x, padding=None):
        length = x.shape[1]
        mask = self.table[:length, :length]
        if padding is not None:
            mask = mask & padding
        return self.attention(x, x, x, mask)
