"""Your output does not depend on gamma: multiply the normalised features by it."""

import torch

FUNDAMENTAL = "A layer norm has a gain."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / torch.sqrt(variance + eps) + beta
