def gradient_at_input(layers, x, use_residual):
    h = start = x.detach().clone().requires_grad_(True)
    for f in layers:
        h = f(h) + h if use_residual else f(h)
    h.sum().backward()
    return float((start.grad**2).sum())
