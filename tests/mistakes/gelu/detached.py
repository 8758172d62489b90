"""Your values are right, but no gradient passes through them: has the tensor been turned into an array or
detached, or was the result made without gradients? Stay with functions of torch throughout.
"""


def gelu(x):
    with torch.no_grad():
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
