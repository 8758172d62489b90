"""backward(), and the gradient read from .grad."""


def gradient_at_input(layers, x, use_residual):
    x = x.clone().detach()
    x.requires_grad = True
    out = x
    for f in layers:
        if use_residual:
            out = out + f(out)
        else:
            out = f(out)
    out.sum().backward()
    return float(x.grad.norm(p=2))
