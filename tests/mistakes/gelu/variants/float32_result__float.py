def gelu(x):
    x = x.to(torch.float32)
    return x * 0.5 * (1.0 + torch.erf(x / 1.4142135623730951))
