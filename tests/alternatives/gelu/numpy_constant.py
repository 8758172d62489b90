"""Right, with a NumPy constant, annotations and a helper."""

import numpy as np


def _phi(z: Tensor) -> Tensor:
    return (1.0 + torch.erf(z / np.sqrt(2.0))) / 2.0


def gelu(x: Tensor) -> Tensor:
    return x * _phi(x)
