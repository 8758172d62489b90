"""Your gamma and beta have shape (1, 1, d_model). Their shape is (d_model,), which lines up with the last
dimension of x by itself."""

import torch
from torch import nn

FUNDAMENTAL = "The gain has one number for each feature: of another shape it fits no x."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(1, 1, d_model))
        self.beta = nn.Parameter(torch.zeros(1, 1, d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
