def gelu(x):
    return x / 2 * torch.erf(x / math.sqrt(2))
