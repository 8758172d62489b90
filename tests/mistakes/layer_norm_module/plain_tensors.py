"""Your gamma and beta are plain tensors: parameters() and state_dict() do not find them, so they are
neither trained nor saved. Wrap them in nn.Parameter."""

import torch
from torch import nn

FUNDAMENTAL = "Gain and bias are learned: plain tensors never are."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = torch.ones(d_model)
        self.beta = torch.zeros(d_model)
        self.eps = eps

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
