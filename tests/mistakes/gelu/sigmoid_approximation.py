"""Your GELU looks like the quick approximation x · sigmoid(1.702 x), which is off by up to 0.02. The exact
form uses the error function, torch.erf.
"""


def gelu(x):
    return x * torch.sigmoid(1.702 * x)
