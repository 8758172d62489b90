"""Your eps is a parameter, so it would be trained, and it stands in the state_dict. It is a plain number."""

import torch
from torch import nn

FUNDAMENTAL = "eps is no weight: as a parameter it would be trained, and layer_norm refuses it."


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = nn.Parameter(torch.tensor(eps))

    def forward(self, x):
        return layer_norm(x, self.gamma, self.beta, self.eps)
