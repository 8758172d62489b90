"""Your gamma and beta are parameters that do not require a gradient: they would stay as they are for ever."""

import torch
from torch import nn

FUNDAMENTAL = "Gain and bias are learned: these never are."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model), requires_grad=False)
        self.beta = nn.Parameter(torch.zeros(d_model), requires_grad=False)
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
