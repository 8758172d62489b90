"""The random values of checks: varied, and the same in every run."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import DTypeLike


class Rng:
    """Random values that are the same in every run of a check, whoever is judged.

    `normal` gives a tensor of standard normal values, `array` the same as NumPy, `mask` a boolean tensor.
    """

    def __init__(self, seed: int | Sequence[int]):
        self._numpy = np.random.default_rng(seed)

    def array(self, *shape: int, dtype: DTypeLike = np.float64) -> np.ndarray:
        return self._numpy.standard_normal(shape).astype(dtype)

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.from_numpy(self._numpy.standard_normal(shape)).to(dtype)

    def by_name(self) -> Callable[[str], Rng]:
        """For each name random values of its own, whatever other names there are, and in whichever order they come."""
        seed = int(self._numpy.integers(2**32))
        return lambda name: Rng((seed, zlib.crc32(name.encode())))

    def mask(self, *shape: int, keep: float = 0.6) -> torch.Tensor:
        """True with probability `keep`, and at least once in every row of the last dimension."""
        mask = self._numpy.random(shape) < keep
        first = self._numpy.integers(shape[-1], size=shape[:-1])
        np.put_along_axis(mask, first[..., None], True, axis=-1)
        return torch.from_numpy(mask)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """Integers in [low, high), as a long tensor."""
        return torch.from_numpy(self._numpy.integers(low, high, size=shape))
