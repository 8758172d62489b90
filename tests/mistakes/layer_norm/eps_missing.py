"""Where all features of a position are equal, your output is NaN: 0 / 0. Add ε to the variance before you
take the root."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance) + beta
