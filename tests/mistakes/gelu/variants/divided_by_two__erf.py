def gelu(x):
    return x * 0.5 * (1 + torch.special.erf(0.5 * x))
