"""Your constructor does not call super().__init__(), without which a module cannot hold parameters."""

import torch
from torch import nn

FUNDAMENTAL = "No module can be made: the constructor ends in an error."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
