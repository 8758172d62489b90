"""The biased standard deviation, squared again so that ε comes inside the root."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mu = torch.mean(x, -1, True)
    sigma = torch.std(x, -1, unbiased=False, keepdim=True)
    return torch.addcmul(beta, gamma, (x - mu) / (sigma**2 + eps).sqrt())
