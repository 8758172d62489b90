"""You subtract the mean in the numerator, but your variance is the mean of x², without the mean taken off.
Square the differences from the mean."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.square().mean(dim=-1, keepdim=True)
    return gamma * (x - mean) / torch.sqrt(variance + eps) + beta
