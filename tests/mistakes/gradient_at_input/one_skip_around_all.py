"""You have a single skip connection, around the whole stack. There is one around each layer."""

import torch

FUNDAMENTAL = "Each layer has a skip connection of its own."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = layer(h)
    if use_residual:
        h = h + x
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
