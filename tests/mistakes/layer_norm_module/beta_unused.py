"""Your module has a beta, but does not add it."""

import torch
from torch import nn

FUNDAMENTAL = "A layer norm has a bias, which acts."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, torch.zeros_like(self.beta), self.eps)
