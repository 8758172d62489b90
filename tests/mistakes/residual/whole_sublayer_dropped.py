"""In training, you drop what the sublayer returns for a whole sequence at a time (stochastic depth).
Dropout decides for each entry on its own; nn.Dropout does that."""

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
            keep = torch.rand(result.shape[0], *[1] * (result.dim() - 1)) >= self.p
            result = result * keep / (1 - self.p)
        return x + result
