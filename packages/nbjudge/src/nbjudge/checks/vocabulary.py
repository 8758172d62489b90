"""What a check is written with: the `check` decorator and comparisons that explain themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import DTypeLike

from nbjudge.checks.rng import Rng
from nbjudge.conversation.common.arrays import copy_of, differs
from nbjudge.conversation.standin import changes

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class CheckInfo:
    """What `check` notes on a test function."""

    points: float
    says: str
    forbids: tuple[str, ...] = ()


def check(*, points: float, says: str, forbids: tuple[str, ...] | list[str] = ()) -> Callable[[F], F]:
    """Mark a pytest function as a check worth `points`.

    `says` is one sentence that a learner reads: the invariant that holds when the check passes.
    `forbids` names functions and classes (by import path) that the learner's code must not call during the
    check, because building them is the exercise.
    """
    if not says or points < 0:
        raise ValueError("a check needs a sentence, and points that are not negative")

    def mark(function: F) -> F:
        info = CheckInfo(float(points), says, tuple(forbids))
        function.nbjudge_check = info  # type: ignore[attr-defined]  # a note on it, for whoever runs it
        return function

    return mark


class Mismatch(AssertionError):
    """A failed comparison: one sentence of what was expected, one of what was seen."""

    def __init__(self, expected: str, seen: str):
        super().__init__(f"expected {expected}; saw {seen}")
        self.expected, self.seen = expected, seen


def expect(condition: object, expected: str, seen: str) -> None:
    """Raise `Mismatch` unless `condition` holds."""
    if not condition:
        raise Mismatch(expected, seen)


def assert_tensor(
    seen: object,
    shape: tuple[int, ...],
    dtype: torch.dtype | DTypeLike = torch.float32,
    what: str = "the result",
) -> None:
    """`seen` is an array of `shape` and `dtype` (a torch dtype for a tensor, a NumPy one for an array)."""
    kind, name = (torch.Tensor, "tensor") if isinstance(dtype, torch.dtype) else (np.ndarray, "NumPy array")
    wanted = f"{what} to be a {name} of shape {tuple(shape)} and dtype {_short(dtype)}"
    if not isinstance(seen, kind):
        raise Mismatch(wanted, describe(seen))
    expect(tuple(seen.shape) == tuple(shape), wanted, f"shape {tuple(seen.shape)}")
    expect(seen.dtype == dtype, wanted, f"dtype {_short(seen.dtype)}")


def assert_close(seen: object, expected: object, *, atol: float | None = None, what: str = "the result") -> None:
    """`seen` has the type, shape, dtype and values of `expected`.

    `atol` is the largest difference allowed on values of order one (it grows with larger values): by default
    1e-5 for float32 and 1e-9 for float64, exact for integers and booleans.
    """
    if not isinstance(expected, (torch.Tensor, np.ndarray, np.generic, int, float)):
        # A check may compare two answers of the learner's: then neither need be an array.
        raise Mismatch(f"{what} to be an array or a number", describe(expected))
    numbers = torch.as_tensor(expected)
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        assert_tensor(seen, tuple(expected.shape), expected.dtype, what)
    elif isinstance(seen, bool) or not isinstance(seen, (int, float)):
        raise Mismatch(f"{what} to be a plain number", describe(seen))
    if atol is None:
        atol = {torch.float32: 1e-5, torch.float64: 1e-9}.get(numbers.dtype, 0.0)
    found = torch.as_tensor(seen).detach().to(torch.float64)
    wanted = numbers.detach().to(torch.float64)
    scale = float(wanted[wanted.isfinite()].abs().max()) if wanted.isfinite().any() else 0.0
    allowed = atol * max(1.0, scale)
    _compare(found, wanted, allowed, what)


def _compare(found: torch.Tensor, wanted: torch.Tensor, allowed: float, what: str) -> None:
    bad = found.isnan() & ~wanted.isnan()
    total = found.numel()
    promise = f"{what} to agree with the definition to {allowed:.0e}" if allowed else f"{what} to be exact"
    if bad.any():
        raise Mismatch(f"{what} to hold no NaN", f"NaN in {int(bad.sum())} of {total} entries")
    same = (found == wanted) | (found.isnan() & wanted.isnan())
    far = ~same & ~((found - wanted).abs() <= allowed)
    if far.any():
        gap = (found - wanted)[far].abs().nan_to_num(posinf=float("inf")).max()
        worst = "an infinite difference" if not gap.isfinite() else f"a difference of up to {float(gap):.2g}"
        raise Mismatch(promise, f"{worst}, in {int(far.sum())} of {total} entries")


def assert_same_gradients(
    seen: Callable[..., object],
    expected: Callable[..., object],
    inputs: dict[str, torch.Tensor],
    rng: Rng,
    *,
    atol: float | None = None,
) -> None:
    """`seen(*inputs)` has the gradients of `expected(*inputs)`, for a random cotangent of every output.

    What is expected is computed first, and each side gets copies of its own. A random cotangent matters: the sum
    of a softmax is constant, so that its gradient is zero however wrong.
    """
    wanted, cotangents = _input_gradients(expected, inputs, rng)
    found, _ = _input_gradients(seen, inputs, cotangents)
    for name, ours, theirs in zip(inputs, wanted, found, strict=True):
        what = f"the gradient for {name}"
        expect(theirs is not None, f"{what} to exist", f"a result that does not depend on {name}, or is detached")
        assert_close(theirs, ours, atol=atol, what=what)


def _input_gradients(
    call: Callable[..., Any], inputs: dict[str, torch.Tensor], cotangents: list[torch.Tensor] | Rng
) -> tuple[list[torch.Tensor | None], list[torch.Tensor]]:
    """Gradients for the inputs, and the cotangents used; `cotangents` is a list of them, or draws them."""
    leaves = [tensor.detach().clone().requires_grad_() for tensor in inputs.values()]
    outputs = call(*leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    if not isinstance(cotangents, list):
        cotangents = [cotangents.normal(*out.shape, dtype=out.dtype) for out in outputs]
    expect(len(outputs) == len(cotangents), f"{len(cotangents)} results", f"{len(outputs)}")
    for out, cotangent in zip(outputs, cotangents, strict=True):
        assert_tensor(out, tuple(cotangent.shape), cotangent.dtype)
    pairs = [(out, cotangent) for out, cotangent in zip(outputs, cotangents, strict=True) if out.requires_grad]
    if not pairs:
        return [None] * len(leaves), cotangents
    torch.autograd.backward([out for out, _ in pairs], [cotangent for _, cotangent in pairs])
    return [leaf.grad for leaf in leaves], cotangents


def assert_untouched(inputs: dict[str, object], call: Callable[[], object]) -> None:
    """`call()` leaves every array of `inputs` as it was, be it called here or where the learner's code is.

    What the learner's code writes to are copies: this is the one check that asks whether it wrote.
    """
    before = {name: copy_of(array) for name, array in inputs.items()}
    with changes() as reported:
        call()
    for name, array in inputs.items():
        changed = any(array is one for one in reported) or differs(array, before[name])
        expect(not changed, f"{name} to be left as it was", f"{name} had changed after the call")


def assert_raises(
    kind: type[Exception], call: Callable[..., object], *args: object, what: str, **kwargs: object
) -> None:
    """`call(*args, **kwargs)` raises `kind` with a readable message; `what` names the case in the sentence."""
    try:
        call(*args, **kwargs)
    except kind as error:
        expect(str(error).strip(), f"{kind.__name__} with a message for {what}", "an empty message")
    except (ValueError, TypeError, RuntimeError, AssertionError, ArithmeticError, LookupError) as error:
        raise Mismatch(f"{kind.__name__} for {what}", f"{type(error).__name__}") from error
    else:
        raise Mismatch(f"{kind.__name__} for {what}", "no error")


def describe(value: object) -> str:
    """A few words for a value of the wrong type."""
    if value is None:
        return "None: is there a return statement?"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)} items"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {value.shape} and dtype {_short(value.dtype)}"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {tuple(value.shape)} and dtype {_short(value.dtype)}"
    if isinstance(value, (bool, int, float)):
        return f"the {type(value).__name__} {value}"
    return f"a {type(value).__name__}" if isinstance(value, str) else repr(value)[:200]


def _short(dtype: object) -> str:
    return str(dtype).removeprefix("torch.")
