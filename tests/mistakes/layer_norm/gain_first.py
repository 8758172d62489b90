"""You apply gain and bias to x, and normalise after that, which takes most of them off again. Normalise
first."""

import torch

FUNDAMENTAL = "The gain acts on what has been normalised."


def layer_norm(x, gamma, beta, eps=1e-5):
    x = gamma * x + beta
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / torch.sqrt(variance + eps)
