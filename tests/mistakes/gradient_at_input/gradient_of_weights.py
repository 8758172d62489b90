"""You return the norm of the gradients of the weights. The gradient for x is asked for, the one that
arrives at the very bottom."""

import torch


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    weights = [weight for layer in layers for weight in layer.parameters()]
    gradients = torch.autograd.grad(h.sum(), weights) if weights else [torch.zeros(1)]
    return torch.cat([gradient.flatten() for gradient in gradients]).norm().item()
