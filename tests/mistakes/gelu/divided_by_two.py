"""Your results look as if x had been divided by 2 inside the error function, rather than by the square root
of 2.
"""


def gelu(x):
    return 0.5 * x * (1 + torch.erf(x / 2))
