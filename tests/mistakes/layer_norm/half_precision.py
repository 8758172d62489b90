"""Your values are off by a thousandth or so: they are computed in half precision, which overflows for large
x, too. Compute in the dtype of x."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    dtype = x.dtype
    x = x.half()
    mean = x.mean(dim=-1, keepdim=True)
    variance = x.var(dim=-1, keepdim=True, correction=0)
    y = (x - mean) / torch.sqrt(variance + eps)
    return gamma * y.to(dtype) + beta
