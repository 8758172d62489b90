"""Your gamma and beta are single numbers, the same for all features. Each feature has its own: shape
(d_model,)."""

import torch
from torch import nn

FUNDAMENTAL = "Each feature has a gain and a bias of its own."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1))
        self.beta = nn.Parameter(torch.zeros(1))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
