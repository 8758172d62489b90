"""You return from inside the loop, after the first layer. Differentiate when all layers have been called."""

import torch

FUNDAMENTAL = "All layers count, not the first alone."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
        (gradient,) = torch.autograd.grad(h.sum(), x)
        return gradient.norm().item()
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
