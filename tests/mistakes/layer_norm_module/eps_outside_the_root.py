"""Your ε is added outside the square root. Your own layer_norm has it inside: call it."""

import torch
from torch import nn


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(d_model))
        self.beta = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        deviation = x.var(dim=-1, keepdim=True, correction=0).sqrt()
        return self.gamma * (x - mean) / (deviation + self.eps) + self.beta
