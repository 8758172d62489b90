"""Your gamma and beta start as random numbers. A new norm only normalises: gamma ones, beta zeros."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.randn(d_model))
        self.beta = nn.Parameter(torch.randn(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
