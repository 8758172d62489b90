"""Your module has gamma and beta, but its output does not depend on them: hand them to layer_norm."""

import torch
from torch import nn

FUNDAMENTAL = "A layer norm has a gain and a bias, which act."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, torch.ones_like(self.gamma), torch.zeros_like(self.beta), self.eps)
