"""Your number is right, but x requires a gradient from now on, which is a change the caller can feel. Work
on x.detach().requires_grad_()."""

import torch


def gradient_at_input(layers, x, use_residual):
    x.requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (grad,) = torch.autograd.grad(h.sum(), x)
    return grad.norm().item()
