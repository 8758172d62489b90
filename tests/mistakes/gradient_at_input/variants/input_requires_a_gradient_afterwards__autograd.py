def gradient_at_input(layers, x, use_residual):
    x.requires_grad = True
    h = x
    for f in layers:
        h = f(h) + h if use_residual else f(h)
    (g,) = torch.autograd.grad(h.sum(), x)
    return g.norm().item()
