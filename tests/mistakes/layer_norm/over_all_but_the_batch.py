"""You take one mean and variance per sequence, over positions and features. Each position has its own: over
the last dimension only."""

import torch

FUNDAMENTAL = "Each position has a mean and a variance of its own."


def layer_norm(x, gamma, beta, eps=1e-5):
    over = tuple(range(1, x.dim())) if x.dim() > 1 else (-1,)
    mean = x.mean(dim=over, keepdim=True)
    variance = x.var(dim=over, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + eps) + beta
