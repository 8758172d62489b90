"""You take the gradient of the output's norm. It is the sum of the output that is differentiated; the norm
comes afterwards, of the gradient."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.norm(), x)
    return gradient.norm().item()
