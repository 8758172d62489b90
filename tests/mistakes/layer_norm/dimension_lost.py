"""The mean over the last dimension has lost it, so it does not line up with x: an error, or, in a square x,
another position's mean. keepdim=True keeps it."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1)
    variance = x.var(dim=-1, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + eps) + beta
