"""Nothing of what your function does is recorded: x does not require a gradient, so there is none. Start
from x.detach().clone().requires_grad_()."""

FUNDAMENTAL = "Nothing is differentiated: every call ends in an error."


def gradient_at_input(layers, x, use_residual):
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    h.sum().backward()
    return x.grad.norm().item()
