"""Whether somebody has written to an array, seen by comparing it with a copy made before."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def copy_of(array: object) -> Any:
    """A copy of a tensor, NumPy array or number that shares no memory with it and has no gradient."""
    return array.detach().clone() if isinstance(array, torch.Tensor) else np.array(array)


def differs(array: object, copy: Any) -> bool:
    """Whether `array` is another one than when `copy` was made: its shape, dtype, or a value. NaN equals NaN."""
    now: Any = array.detach() if isinstance(array, torch.Tensor) else np.asarray(array)
    if now.shape != copy.shape or now.dtype != copy.dtype:
        return True
    if isinstance(now, torch.Tensor) and torch.equal(now, copy):  # most often, and fast
        return False
    return not bool(((now == copy) | ((now != now) & (copy != copy))).all())
