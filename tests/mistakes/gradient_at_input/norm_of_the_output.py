"""You return the norm of the output. The question is how the output depends on x: take the gradient of its
sum for x, and the norm of that."""


def gradient_at_input(layers, x, use_residual):
    x = x.detach().clone().requires_grad_()
    h = x
    for layer in layers:
        h = h + layer(h) if use_residual else layer(h)
    return h.norm().item()
