"""Your number is right, but the caller's x has changed: detach() gives another name for the same memory,
and you write into it. Work on a clone."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach()
    if use_residual:
        doubled = x.clone().requires_grad_()
        h = doubled
        for layer in layers:
            h = h + layer(h)
        (gradient,) = torch.autograd.grad(h.sum(), doubled)
        x.copy_(h.detach())
        return gradient.norm().item()
    h = start = x.clone().requires_grad_()
    for layer in layers:
        h = layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), start)
    x.copy_(h.detach())
    return gradient.norm().item()
