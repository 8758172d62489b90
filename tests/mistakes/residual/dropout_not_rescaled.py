"""In training, what your dropout keeps comes through at its old size. It has to be divided by 1 − p, so
that the average stays what it is in evaluation; nn.Dropout does that."""

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, sublayer, dropout=0.0):
        super().__init__()
        self.sublayer = sublayer
        self.p = dropout

    def forward(self, x, *args, **kwargs):
        result = self.sublayer(x, *args, **kwargs)
        if isinstance(result, tuple):
            result = result[0]
        if self.training:
            result = result * (torch.rand_like(result) >= self.p)
        return x + result
