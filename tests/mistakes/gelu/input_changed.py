"""Your function changes the tensor that it is given: a method that ends in an underscore, or an operator
such as *=, works in place. Make a new tensor.
"""


def gelu(x):
    x *= 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    return x
