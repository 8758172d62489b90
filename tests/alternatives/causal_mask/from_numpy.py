"""Makes the triangle in NumPy and turns it into a tensor."""

import numpy


def causal_mask(length):
    return torch.from_numpy(numpy.tri(length, dtype=bool))
