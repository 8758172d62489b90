def gelu(x):
    return x * (-(x**2) / 2).exp() / (2 * math.pi) ** 0.5
