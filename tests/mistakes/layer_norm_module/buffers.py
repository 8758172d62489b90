"""Your gamma and beta are buffers: they are saved, but no optimiser will train them. Wrap them in
nn.Parameter."""

import torch
from torch import nn

FUNDAMENTAL = "Gain and bias are learned: buffers never are."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.register_buffer("gamma", torch.ones(d_model))
        self.register_buffer("beta", torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
