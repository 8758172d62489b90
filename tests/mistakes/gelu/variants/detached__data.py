def gelu(x):
    x = x.detach()
    return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
