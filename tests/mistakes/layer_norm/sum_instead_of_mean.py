"""Your variance is the sum of the squared differences, not their mean: your outputs are too small by √D."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    centred = x - x.mean(dim=-1, keepdim=True)
    return gamma * centred / torch.sqrt(centred.square().sum(dim=-1, keepdim=True) + eps) + beta
