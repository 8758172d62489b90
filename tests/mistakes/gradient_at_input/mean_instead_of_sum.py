"""Your number is too small by the number of entries: you take the gradient of the mean of the output, not
of its sum."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.mean(), x)
    return gradient.norm().item()
