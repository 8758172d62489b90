"""You hand gamma and beta over in the wrong order: layer_norm(x, gamma, beta, eps)."""

import torch
from torch import nn

FUNDAMENTAL = "The gain multiplies and the bias is added."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.beta, self.gamma, self.eps)
