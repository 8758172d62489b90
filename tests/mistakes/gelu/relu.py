"""Your results are those of the ReLU. The GELU is close to it far from 0, but smooth in between: multiply x
by Φ(x) rather than by 0 or 1.
"""

FUNDAMENTAL = "The GELU lets a part of the negative side through: this is the ReLU."


def gelu(x):
    return torch.clamp(x, min=0)
