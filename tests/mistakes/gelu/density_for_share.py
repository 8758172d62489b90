"""Your results look as if x had been multiplied by the density of the normal distribution, the bell, rather
than by Φ(x), the share of the distribution that lies below x.
"""

FUNDAMENTAL = "x is multiplied by the share below it, not by the density."


def gelu(x):
    return x * torch.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)
