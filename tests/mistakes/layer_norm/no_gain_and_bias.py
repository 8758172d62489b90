"""Your output depends neither on gamma nor on beta: the normalised features are multiplied by gamma, and
beta is added."""

import torch

FUNDAMENTAL = "A layer norm has a gain and a bias."


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (x - mean) / torch.sqrt(variance + eps)
