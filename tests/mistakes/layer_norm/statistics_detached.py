"""Your values are right, but not the gradient for x: mean and variance depend on x, too, and must not be
detached."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.detach().mean(dim=-1, keepdim=True)
    variance = x.detach().var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + eps) + beta
