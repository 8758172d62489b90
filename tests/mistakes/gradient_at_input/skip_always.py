"""With and without skip connections, you return the same number: you always add. Where use_residual is
false, a layer's result takes the place of what it was given."""

import torch

FUNDAMENTAL = "Plain layers are what skip connections are compared with."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
