"""Computed in float64 and cast back."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    wide = x.double()
    wide = wide - wide.mean(-1, keepdim=True)
    wide = wide / torch.sqrt(wide.pow(2).mean(-1, keepdim=True) + eps)
    return (wide * gamma.double() + beta.double()).to(x.dtype)
