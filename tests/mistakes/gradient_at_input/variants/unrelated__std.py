def gradient_at_input(layers, x, use_residual):
    start = x.detach().clone().requires_grad_(True)
    h = start
    for f in layers:
        h = f(h) + h if use_residual else f(h)
    h.sum().backward()
    return start.grad.std().item()
