"""Your results are twice as large as they should be: Φ(x) is half of 1 + erf(x / √2), so that it ends at 1
and not at 2.
"""

FUNDAMENTAL = "The share runs from 0 to 1."


def gelu(x):
    return x * (1 + torch.erf(x / math.sqrt(2)))
