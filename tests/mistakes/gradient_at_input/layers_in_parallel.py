"""Every layer of yours reads x. They stand one behind the other: each reads what the one before returned."""

import torch

FUNDAMENTAL = "Layers run one after another."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(x) if use_residual else layer(x)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
