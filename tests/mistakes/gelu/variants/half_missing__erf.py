def gelu(x):
    return x + x * torch.erf(x / 2**0.5)
