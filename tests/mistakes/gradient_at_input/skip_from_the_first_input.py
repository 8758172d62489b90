"""Your skip connections all start at x. Each layer adds to what the one before passed on: h = h + layer(h)."""

import torch

FUNDAMENTAL = "Each layer has a skip connection from its own input."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = x + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
