"""Your results look as if x had been multiplied by √2 inside the error function; it is divided by it."""


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x * math.sqrt(2)))
