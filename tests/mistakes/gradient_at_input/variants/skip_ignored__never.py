def gradient_at_input(layers, x, use_residual):
    start = x.detach().clone().requires_grad_(True)
    h = nn.Sequential(*layers)(start)
    return torch.autograd.grad(h.sum(), start)[0].norm().item()
