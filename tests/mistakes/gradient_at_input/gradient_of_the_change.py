"""With skip connections, you leave x out of the output: you differentiate what the layers have added. The
output is h itself."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    output = h - x if use_residual else h
    (gradient,) = torch.autograd.grad(output.sum(), x, allow_unused=True)
    return 0.0 if gradient is None else gradient.norm().item()
