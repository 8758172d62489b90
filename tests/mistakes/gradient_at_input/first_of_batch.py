"""You take the gradient of the first sequence only. The sum goes over the whole output, all dimensions
included."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h[0].sum(), x)
    return gradient.norm().item()
