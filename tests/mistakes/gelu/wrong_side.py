"""Your results look as if x had been multiplied by the share of the distribution above x, rather than below
it: large numbers are stopped and negative ones pass. Look at the sign of the error function.
"""

FUNDAMENTAL = "The share is what lies below x, not above."


def gelu(x):
    return 0.5 * x * (1 - torch.erf(x / math.sqrt(2)))
