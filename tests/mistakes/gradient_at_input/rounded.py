"""You round the number. A gradient that has vanished is a very small one, and 0.0 does not say how small."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return round(gradient.norm().item(), 4)
