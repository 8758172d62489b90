"""You return the mean of the gradient's entries, in which positive and negative ones cancel. Its length is
asked for: gradient.norm()."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.mean().item()
