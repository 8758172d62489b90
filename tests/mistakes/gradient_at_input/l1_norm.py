"""Your number is the sum of the absolute values of the gradient. The L2 norm is asked for: the square root
of the sum of the squares."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.abs().sum().item()
