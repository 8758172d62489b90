"""Your function makes an nn.LayerNorm and copies gamma and beta into it, so no gradient reaches them. Build
the norm from means, squares and a root."""

import torch
from torch import nn


def layer_norm(x, gamma, beta, eps=1e-5):
    norm = nn.LayerNorm(x.shape[-1], eps=eps, dtype=x.dtype)
    with torch.no_grad():
        norm.weight.copy_(gamma)
        norm.bias.copy_(beta)
    return norm(x)
