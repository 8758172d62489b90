"""You call PyTorch's own GELU, which is what this exercise asks you to build: from torch.erf, a product and
a sum.
"""


def gelu(x):
    return F.gelu(x)
