def gradient_at_input(layers, x, use_residual):
    h = x
    for f in layers:
        h = f(h) + h if use_residual else f(h)
    return h.norm().item()
