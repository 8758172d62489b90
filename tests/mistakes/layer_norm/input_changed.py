"""Your values are right, but the caller's x has changed: x -= … and x /= … write into the tensor that you
were given."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    with torch.no_grad():
        mean = x.mean(dim=-1, keepdim=True)
        deviation = torch.sqrt(x.var(dim=-1, keepdim=True, correction=0) + eps)
        x -= mean
        x /= deviation
    return gamma * x + beta
