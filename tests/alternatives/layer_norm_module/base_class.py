"""A base class that makes the parameters, and a method for the statistics."""

import torch
from torch import nn


class Affine(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        for name, start in (("gamma", 1.0), ("beta", 0.0)):
            setattr(self, name, nn.Parameter(torch.full(shape, start)))

    def forward(self, x):
        return x * self.gamma + self.beta


class LayerNorm(Affine):
    def __init__(self, d_model, eps=1e-5):
        super().__init__(d_model)
        self.eps = eps

    def normalise(self, x):
        deviations = x - torch.mean(x, dim=-1, keepdim=True)
        return deviations / torch.sqrt((deviations**2).sum(-1, keepdim=True) / x.shape[-1] + self.eps)

    def forward(self, x):
        return super().forward(self.normalise(x))
