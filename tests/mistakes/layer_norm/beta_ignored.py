"""Your output does not depend on beta: add it at the end."""

import torch

FUNDAMENTAL = "A layer norm has a bias."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + eps)
