"""Your norm divides x by its root mean square and subtracts no mean: that is RMSNorm. Call your layer_norm."""

import torch
from torch import nn

FUNDAMENTAL = "A normalised vector has mean 0."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return self.gamma * x * torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + self.eps) + self.beta
