"""Your number is too small by the length of the first dimension: you average over it. All entries of the
output are summed."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.mean(dim=0).sum(), x)
    return gradient.norm().item()
