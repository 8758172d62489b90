"""Your positions keep a mean: you divide, but do not subtract the mean first. In the numerator stands x −
μ."""

import torch

FUNDAMENTAL = "A normalised vector has mean 0."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * x / torch.sqrt(variance + eps) + beta
