"""Your number is right, but the layers are in evaluation mode from now on. A measurement leaves what it
measures as it was."""

import torch


def gradient_at_input(layers, x, use_residual):
    h = x0 = x.detach().clone().requires_grad_()
    for layer in layers:
        layer.eval()
        h = h + layer(h) if use_residual else layer(h)
    (grad,) = torch.autograd.grad(h.sum(), x0)
    return grad.norm().item()
