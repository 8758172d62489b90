"""Your results are those of x · sigmoid(x), the SiLU (or Swish). The GELU multiplies x by Φ(x) of the
normal distribution, which rises more steeply than the sigmoid.
"""

FUNDAMENTAL = "The share is that of a normal distribution: this is another function."


def gelu(x):
    return x * torch.sigmoid(x)
