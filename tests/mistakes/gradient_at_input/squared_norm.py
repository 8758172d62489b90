"""Your number is the square of the right one: take the square root of the sum of squares."""

import torch

FUNDAMENTAL = "It is the length that is asked for, not its square."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.square().sum().item()
