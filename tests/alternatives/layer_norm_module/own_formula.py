"""The formula written out, without layer_norm; parameters registered by register_parameter."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.register_parameter("beta", nn.Parameter(torch.empty(d_model).zero_()))
        self.register_parameter("gamma", nn.Parameter(torch.empty(d_model).fill_(1.0)))
        self.epsilon = eps

    def forward(self, x):
        centred = x - x.mean(-1, keepdim=True)
        return self.beta + self.gamma * centred * torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + self.epsilon)
