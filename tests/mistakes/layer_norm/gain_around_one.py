"""You multiply by 1 + gamma. The gain is gamma itself; that it starts as ones is the module's business."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    return (1 + gamma) * (x - mean) / torch.sqrt(variance + eps) + beta
