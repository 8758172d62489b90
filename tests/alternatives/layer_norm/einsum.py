"""Sums by einsum, and broadcasting by indexing with None."""

import torch


def layer_norm(x, gamma, beta, eps=1e-5):
    d = x.shape[-1]
    centred = x - (torch.einsum("...d->...", x) / d)[..., None]
    variance = torch.einsum("...d,...d->...", centred, centred) / d
    return torch.einsum("...d,...,d->...d", centred, (variance + eps).pow(-0.5), gamma) + beta
