"""You return the gradient itself. Its length is asked for, a single number: gradient.norm().item()."""

import torch

FUNDAMENTAL = "It is a length that is asked for: here is none."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient
