def gelu(x):
    phi = (torch.erf(x) + 1) / 2
    return phi * x
