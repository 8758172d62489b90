"""For a matrix, you return its spectral norm (torch.linalg.norm with ord=2, or torch.linalg.matrix_norm).
The L2 norm treats all entries as one long vector."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    (gradient,) = torch.autograd.grad(h.sum(), x)
    return torch.linalg.norm(torch.atleast_2d(gradient), ord=2, dim=(-2, -1)).norm().item()
