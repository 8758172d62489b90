"""A norm of a class of its own that inherits from nn.LayerNorm, and dropout by hand."""

import torch
from torch import nn


class Norm(nn.LayerNorm):
    pass


class AddAndNorm(nn.Module):
    def __init__(self, d_model, dropout=0.0, norm_first=False):
        super().__init__()
        self.norm = Norm(d_model, eps=1e-5)
        self.p = dropout
        self.norm_first = bool(norm_first)

    def forward(self, x, sublayer):
        change = sublayer(self.norm(x) if self.norm_first else x)
        if self.training and self.p:
            change = torch.where(torch.rand_like(change) < self.p, 0.0, change / (1 - self.p))
        total = x + change
        return total if self.norm_first else self.norm(total)
