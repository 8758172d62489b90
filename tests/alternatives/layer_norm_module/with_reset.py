"""A reset_parameters method, eps as a non-persistent buffer, and keyword arguments."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(d_model))
        self.beta = nn.Parameter(torch.empty(d_model))
        self.register_buffer("eps", torch.tensor(eps, dtype=torch.float64), persistent=False)
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.ones_(self.gamma)
        nn.init.zeros_(self.beta)

    def forward(self, x):
        return layer_norm(x=x, gamma=self.gamma, beta=self.beta, eps=self.eps.item())
