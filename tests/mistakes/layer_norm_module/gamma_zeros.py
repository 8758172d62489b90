"""Your gamma starts as zeros, so a new norm returns 0 whatever it is given. It starts as ones."""

import torch
from torch import nn

FUNDAMENTAL = "A new norm has the gain 1: with 0, nothing comes through."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
