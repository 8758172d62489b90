"""Your results look as if the 1 in 1 + erf(x / √2) were missing: they are never negative, and half of x far
from 0. Φ runs from 0 to 1, erf from -1 to 1.
"""

FUNDAMENTAL = "The share runs from 0 to 1."


def gelu(x):
    return 0.5 * x * torch.erf(x / math.sqrt(2))
