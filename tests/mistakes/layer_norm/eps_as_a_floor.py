"""You use ε as a lower limit of the variance. It is added to the variance, always: √(σ² + ε)."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance.clamp(min=eps)) + beta
