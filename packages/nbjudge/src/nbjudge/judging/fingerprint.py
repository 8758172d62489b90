"""What is kept of answers, to tell whether two are alike: all that is exact in them as a hash, and few numbers.

Of large arrays of floating-point numbers, which would be much to keep and to compare, these are their size and their
sums under fixed random signs (Achlioptas, Database-friendly random projections, 2003), all arrays together: answers
that are far apart are far apart in these.

Of the names in a module, the first part is its author's to choose, and so is the order in which they come: neither
counts, except where a name has one part alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

_FEW = 4  # so many numbers are kept as they are
_SUMS = 4
_TOLERANCE = 1e-4  # forgives another order of the same arithmetic
_TOLERANCE_OF_SUMS = 2e-5  # of what is divided by the root of how many numbers it was added up from
_NEAR = 0.1  # what another constant in the same place may change
_DIGITS = 7
_OWN_PART = re.compile(r"\A[^\W\d]\w*(?=(\.\w+)+\Z)")  # of a name with several parts, the first


@dataclass(frozen=True)
class Fingerprint:
    """Of all that a check was answered."""

    exact: str  # a hash of kinds, shapes, texts, whole numbers and of where what is not finite stands
    numbers: tuple[float, ...] = ()
    sums: tuple[float, ...] = ()
    shows_values: bool = False  # whether any answer is more than an error

    def alike(self, other: Fingerprint) -> bool:
        """Whether these are of answers that agree, to a tolerance."""
        return self._agrees(other, _TOLERANCE, _TOLERANCE_OF_SUMS)

    def near(self, other: Fingerprint) -> bool:
        """Whether these are of answers that differ in their numbers alone, and not by much."""
        return self._agrees(other, _NEAR, _NEAR)

    def _agrees(self, other: Fingerprint, tolerance: float, of_sums: float) -> bool:
        if self.exact != other.exact or len(self.numbers) != len(other.numbers):
            return False
        close = all(abs(a - b) <= tolerance * (1 + abs(b)) for a, b in zip(self.numbers, other.numbers, strict=True))
        return close and all(abs(a - b) <= of_sums for a, b in zip(self.sums, other.sums, strict=True))


def fingerprint(answers: list[object]) -> Fingerprint:
    """The fingerprint of what a check was answered. Objects count by their place alone: they are seen by their answers."""
    taken = _Taken()
    taken.take(answers)
    return Fingerprint(
        taken.exact.hexdigest()[:16], _rounded(taken.numbers), _rounded(taken.sums()), any(map(_is_value, answers))
    )


def _is_value(answer: object) -> bool:
    error = isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], str)
    return not error


def _rounded(numbers: list[float]) -> tuple[float, ...]:
    return tuple(float(f"{number:.{_DIGITS}g}") for number in numbers)


class _Taken:
    """What was taken of answers so far."""

    def __init__(self) -> None:
        self.exact = hashlib.sha256()
        self.numbers: list[float] = []
        self._sums = np.zeros(1 + _SUMS)
        self._arrays = 0  # that were added to the sums

    def sums(self) -> list[float]:
        """The mean size of large arrays, and sums of theirs; none where there is no such array."""
        if not self._arrays:
            return []
        return [float(number) for number in self._sums / [self._arrays, *[self._arrays**0.5] * _SUMS]]

    def take(self, value: object) -> None:
        """Take in a value."""
        name = type(value).__name__
        if isinstance(value, torch.Tensor):
            array = value.detach().cpu()
            self._note(f"{name} {array.dtype} {tuple(array.shape)}")
            self._take_array((array.double() if array.is_floating_point() else array).numpy())
        elif isinstance(value, (np.ndarray, np.generic)):
            self._note(f"{name} {value.dtype} {value.shape}")
            self._take_array(np.asarray(value))
        elif isinstance(value, float):
            self._note(name)
            self._take_array(np.asarray(value))
        elif isinstance(value, (list, tuple)):
            self._note(f"{name} {len(value)}")
            for item in _in_order(value):
                self.take(item)
        elif isinstance(value, dict):
            self._note(f"{name} {len(value)}")
            for key in sorted(value, key=_by_name):
                self.take(key)
                self.take(value[key])
        elif isinstance(value, str):
            self._note(f"{name} {_OWN_PART.sub('', value)!r}")
        elif isinstance(value, (int, type(None))):
            self._note(f"{name} {value!r}")
        else:
            self._note("object")

    def _note(self, text: str) -> None:
        self.exact.update(text.encode() + b";")

    def _take_array(self, array: np.ndarray) -> None:
        if array.dtype.kind != "f":
            self.exact.update(np.ascontiguousarray(array).tobytes())
            return
        flat = array.astype(np.float64).ravel()
        finite = np.isfinite(flat)
        if not finite.all():
            kinds = np.where(np.isnan(flat), 2, np.where(finite, 0, np.sign(flat)))
            self.exact.update(kinds.astype(np.int8).tobytes())
            flat = flat[finite]
        if flat.size > _FEW:
            self._add(flat)
        else:
            self.numbers += flat.tolist()

    def _add(self, flat: np.ndarray) -> None:
        """Add the sums of an array, none of whose numbers counts more than the array's size."""
        largest = float(np.abs(flat).max()) or 1.0
        flat = flat / largest  # so that no square overflows
        size = largest * float(np.sqrt(np.square(flat).mean()))
        sums = _signs(flat.size) @ flat * (largest / (1 + size) / flat.size**0.5)
        turn = 1 - 2 * (self._arrays % 2)  # equal arrays of opposite sign shall not cancel out
        self._sums += [np.log1p(size), *np.roll(sums, self._arrays) * turn]
        self._arrays += 1


def _by_name(name: object) -> tuple[str, str]:
    """The order of names: whatever their authors call the first part of them, if it can be."""
    return _OWN_PART.sub("", str(name)), str(name)


def _in_order(items: list[object] | tuple[object, ...]) -> Iterable[object]:
    """The items, by name where they are names, or tensors by name: their order is that in which they were made."""
    match items:
        case [str(), *_] if isinstance(items, list) and all(isinstance(item, str) for item in items):
            return sorted(items, key=_by_name)
        case [(str(), torch.Tensor()), *_] if isinstance(items, list):
            return sorted(items, key=lambda item: _by_name(item[0] if isinstance(item, tuple) else item))
    return items


@lru_cache(maxsize=16)
def _signs(size: int) -> np.ndarray:
    """`_SUMS` rows of ±1, the same on every machine: the bits of this generator are promised never to change."""
    words = np.random.PCG64(size).random_raw(-(-_SUMS * size // 64))
    bits = np.unpackbits(words.astype("<u8").view(np.uint8))[: _SUMS * size]
    return bits.reshape(_SUMS, size).astype(np.float32) * 2 - 1
