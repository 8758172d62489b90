def gradient_at_input(layers, x, use_residual):
    start = x.detach().clone().requires_grad_(True)
    h = start
    for f in layers:
        y = f(h)
        h = y + h if use_residual else y
    return torch.autograd.grad(h.mean(), start)[0].norm().item()
