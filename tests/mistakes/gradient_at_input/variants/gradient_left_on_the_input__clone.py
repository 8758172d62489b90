def gradient_at_input(layers, x, use_residual):
    start = x if x.requires_grad else x.clone().requires_grad_()
    start.grad = None
    h = start
    for f in layers:
        h = f(h) + h if use_residual else f(h)
    h.sum().backward()
    return start.grad.norm().item()
