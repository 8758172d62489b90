"""Right, with 1 / √2 written out and the method of the tensor."""


def gelu(x):
    return x * 0.5 * (1.0 + (x * 0.7071067811865476).erf())
