"""With and without skip connections, you return the same number: use_residual changes nothing. Where it is
true, each layer adds to what it is given."""

import torch

FUNDAMENTAL = "Skip connections are what is measured."


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
