"""You take one mean and one variance of the whole tensor. Each position has its own: over the last
dimension only."""

import torch

FUNDAMENTAL = "Each position has a mean and a variance of its own."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean, variance = x.mean(), x.var(correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + eps) + beta
