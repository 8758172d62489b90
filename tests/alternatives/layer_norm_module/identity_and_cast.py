"""Statistics in float64, cast back before the gain."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        wide = x.double()
        variance, mean = torch.var_mean(wide, dim=-1, unbiased=False, keepdim=True)
        normal = ((wide - mean) / (variance + self.eps).sqrt()).to(x.dtype)
        return torch.addcmul(self.beta, self.gamma, normal)
