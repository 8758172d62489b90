"""You multiply by beta and add gamma; the gain is gamma, and the bias beta."""

import torch

FUNDAMENTAL = "The gain multiplies and the bias is added."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return beta * (x - mean) / torch.sqrt(variance + eps) + gamma
