"""You return the gradient at the input of the last layer: before each layer you cut the way back with
detach. Only x itself starts anew; from there to the output nothing is cut."""

import torch

FUNDAMENTAL = "The gradient is measured at the input."


def gradient_at_input(layers, x, use_residual):
    h = x.detach().clone()
    start = h.requires_grad_()
    for layer in layers:
        start = h.detach().requires_grad_()
        h = start + layer(start) if use_residual else layer(start)
    (gradient,) = torch.autograd.grad(h.sum(), start)
    return gradient.norm().item()
