"""Your number is that of a stack with one layer less: the last one is never called. Go through all the
layers."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers[:-1]:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
