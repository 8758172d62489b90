"""Your output does not depend on the argument eps: a fixed 1e-5 stands in its place."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return gamma * (x - mean) / torch.sqrt(variance + 1e-5) + beta
