"""You go through the layers from the last to the first. The gradient travels that way by itself; forwards,
x goes through the first one first."""

import torch

FUNDAMENTAL = "Layers run from the first to the last."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in reversed(layers):
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
