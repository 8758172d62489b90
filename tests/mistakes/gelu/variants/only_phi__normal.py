def gelu(x):
    return 0.5 + 0.5 * torch.erf(x * math.sqrt(0.5))
