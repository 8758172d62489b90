"""You take the gradient of the sum of the squared output. It is the plain sum of its entries that is
differentiated."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.square().sum(), x)
    return gradient.norm().item()
