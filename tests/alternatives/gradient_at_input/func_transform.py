"""torch.func.grad of a function that returns the sum, built by functools.reduce."""

from functools import reduce

import torch


def gradient_at_input(layers, x, use_residual):
    def total(start):
        return reduce(lambda h, layer: layer(h) + h if use_residual else layer(h), layers, start).sum()

    return torch.linalg.vector_norm(torch.func.grad(total)(x)).item()
