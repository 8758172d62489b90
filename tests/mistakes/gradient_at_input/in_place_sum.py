"""You add in place, h += …, and h is x to begin with: PyTorch refuses to change a tensor whose gradient is
wanted, and the caller's x would change, too. Write h = h + …."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().requires_grad_()
    h = x
    for layer in layers:
        if use_residual:
            h += layer(h)
        else:
            h = layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return gradient.norm().item()
