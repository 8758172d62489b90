def gelu(x):
    phi = 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    x *= phi
    return x
