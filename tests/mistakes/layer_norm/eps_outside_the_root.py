"""Your ε is added to the root of the variance, not to the variance. With ε = 0.1 the two differ clearly:
√(σ² + ε) is asked for."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / (torch.sqrt(variance) + eps) + beta
