"""You return Φ(x), the share of the distribution below x. The GELU is x times that: how much of x is let
through.
"""

FUNDAMENTAL = "The share multiplies x."


def gelu(x):
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))
