def gradient_at_input(layers, x, use_residual):
    start = x.detach().clone().requires_grad_(True)
    h = start
    for f in layers:
        h = f(h)
    if use_residual:
        h = start + h
    return torch.autograd.grad(h.sum(), start)[0].norm().item()
