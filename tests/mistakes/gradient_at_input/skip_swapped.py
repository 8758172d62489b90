"""Your two cases are exchanged: you add where use_residual is false, and do not where it is true."""

import torch

FUNDAMENTAL = "With and without skip connections have changed places."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if not use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
