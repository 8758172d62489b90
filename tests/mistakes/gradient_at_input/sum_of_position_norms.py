"""You take the norm of each position for itself, and add them up. One norm of the whole gradient is asked
for, all dimensions together."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm(dim=-1).sum().item()
