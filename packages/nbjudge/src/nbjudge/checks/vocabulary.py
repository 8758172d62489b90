"""What a check is written with: the `check` decorator and comparisons that explain themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import DTypeLike

from nbjudge.checks.rng import Rng
from nbjudge.conversation.common.arrays import copy_of, differs
from nbjudge.conversation.standin import changes

F = TypeVar("F", bound=Callable[..., object])

# What another order of the same arithmetic may change, on values of order one. Integers and booleans are exact.
_ATOL = {torch.float32: 1e-5, torch.float64: 1e-9}


@dataclass(frozen=True)
class CheckInfo:
    """What `check` notes on a test function."""

    points: float
    says: str
    forbids: tuple[str, ...] = ()
    asks: str = ""


def check(*, points: float, says: str, forbids: tuple[str, ...] | list[str] = (), asks: str = "") -> Callable[[F], F]:
    """Mark a pytest function as a check worth `points`.

    `says` is one sentence that a learner reads: the invariant that holds when the check passes.
    `forbids` names functions and classes (by import path) that the learner's code must not call during the
    check, because building them is the exercise; the given parts of the exercise and of later ones go without saying.
    `asks` is a question that leads to the bug, shown where the check fails.
    Such a check only calls. Where the code crashes in it, its calls are watched in another check that it passes.

    >>> @check(points=2, says="every entry is doubled")
    ... def test_values(student, reference, rng):
    ...     x = rng.normal(3, 5)
    ...     assert_close(student(x), reference(x))
    """
    if not says or points < 0:
        raise ValueError("a check needs a sentence, and points that are not negative")

    def mark(function: F) -> F:
        info = CheckInfo(float(points), says, tuple(forbids), asks)
        function.nbjudge_check = info  # type: ignore[attr-defined]  # a note on it, for whoever runs it
        return function

    return mark


class Mismatch(AssertionError):
    """A failed comparison: one sentence of what was expected, one of what was seen."""

    def __init__(self, expected: str, seen: str):
        super().__init__(f"expected {expected}; saw {seen}")
        self.expected, self.seen = expected, seen


def expect(condition: object, expected: str, seen: str) -> None:
    """Raise `Mismatch` unless `condition` holds.

    >>> expect(len("abc") == 2, "two letters", "three")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected two letters; saw three
    """
    if not condition:
        raise Mismatch(expected, seen)


def assert_tensor(
    seen: object,
    shape: tuple[int, ...],
    dtype: torch.dtype | DTypeLike = torch.float32,
    what: str = "the result",
    axes: Sequence[str] = (),
) -> None:
    """`seen` is an array of `shape` and `dtype` (a torch dtype for a tensor, a NumPy one for an array).

    `axes` names the axes for the learner; "..." among them stands for any number.

    >>> assert_tensor(torch.zeros(2, 3), (2, 3))
    >>> assert_tensor(torch.zeros(2, 3), (3, 2), what="the output")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the output to be a tensor of shape (3, 2) and dtype float32; saw
    shape (2, 3)
    """
    kind, name = (torch.Tensor, "tensor") if isinstance(dtype, torch.dtype) else (np.ndarray, "NumPy array")
    named = f", ({', '.join(axes)})," if axes else ""
    wanted = f"{what} to be a {name} of shape {tuple(shape)}{named} and dtype {_short(dtype)}"
    if not isinstance(seen, kind):
        raise Mismatch(wanted, describe(seen))
    expect(tuple(seen.shape) == tuple(shape), wanted, f"shape {tuple(seen.shape)}")
    expect(seen.dtype == dtype, wanted, f"dtype {_short(seen.dtype)}")


def unpack(result: object, *names: str) -> Sequence[Any]:
    """The parts of a result that must be a tuple, or a list, of as many parts as there are `names`.

    >>> output, weights = unpack((1.0, 2.0), "output", "weights")
    >>> unpack(1.0, "output", "weights")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected 2 results, (output, weights); saw the float 1.0
    """
    if isinstance(result, (tuple, list)) and len(result) == len(names):
        return result
    raise Mismatch(f"{len(names)} results, ({', '.join(names)})", describe(result))


def assert_close(seen: object, expected: object, *, atol: float | None = None, what: str = "the result") -> None:
    """`seen` has the type, shape, dtype and values of `expected`, which is the judge's own.

    `atol` is the largest difference allowed on values of order one: by default 1e-5 for float32 and 1e-9 for
    float64, exact for integers and booleans. It grows with the largest value expected in the same row (along the
    last axis), as rounding does; a row of large values widens no other.

    >>> assert_close(torch.tensor([[1.0, 500.0]]), torch.tensor([[1.0, 500.001]]))
    >>> assert_close(torch.tensor([[1.0], [500.0]]), torch.tensor([[1.001], [500.0]]))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result to agree with the definition to 1e-05; saw a difference
    of up to 0.001, in 1 of 2 entries
    """
    found, wanted, atol = _numbers(seen, expected, atol, what)
    _compare(found, wanted, atol, f"{what} to agree with the definition", what)


def assert_same(
    seen: object, again: object, *, atol: float | None = None, bound: float = 100.0, what: str = "the result"
) -> None:
    """Two answers of the learner's code are the same, for a property that holds whatever its values are.

    The differences allowed are those of `assert_close`. Nothing says here how large right values may be, and a
    single huge one would hide all others of its row: those beyond ±`bound`, infinity and NaN are refused.

    >>> assert_same(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0]))
    >>> assert_same(torch.tensor([1.0, 1e9]), torch.tensor([2.0, 1e9]), what="the output of row 0 alone")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the output of row 0 alone to hold only numbers within ±100; saw
    others in 1 of 2 entries
    """
    found, wanted, atol = _numbers(seen, again, atol, what)
    if atol:
        for numbers in (found, wanted):
            beyond = int((~(numbers.abs() <= bound)).sum())
            promise = f"{what} to hold only numbers within ±{bound:g}"
            expect(not beyond, promise, f"others in {beyond} of {numbers.numel()} entries")
    _compare(found, wanted, atol, f"{what} to be the same", what)


def assert_different(
    seen: object, other: object, *, everywhere: bool = False, least: float = 1e-4, what: str = "the result"
) -> None:
    """Two answers of the learner's code differ by more than `least` in some entry, or, `everywhere`, in every row.

    It says that something has an effect, beside a check that it has no other. A row is what lies along the last axis.

    >>> assert_different(torch.zeros(2, 3), torch.eye(2, 3), everywhere=True)
    >>> assert_different(torch.zeros(2, 3), torch.zeros(2, 3), what="the output for another text")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the output for another text to differ; saw the same values
    """
    found, wanted, _ = _numbers(seen, other, None, what)
    rows = ~((found - wanted).abs() <= least)
    rows = rows.any(-1) if rows.dim() else rows
    if everywhere:
        still = int((~rows).sum())
        expect(not still, f"{what} to differ in every row", f"the same values in {still} of {rows.numel()}")
    expect(rows.any(), f"{what} to differ", "the same values")


def _numbers(seen: object, expected: object, atol: float | None, what: str) -> tuple[torch.Tensor, torch.Tensor, float]:
    """Both as float64, if they are of one type, shape and dtype, and the tolerance for that dtype."""
    if not isinstance(expected, (torch.Tensor, np.ndarray, np.generic, int, float)):
        raise Mismatch(f"{what} to be an array or a number", describe(expected))
    numbers = torch.as_tensor(expected)
    if isinstance(expected, (torch.Tensor, np.ndarray)):
        assert_tensor(seen, tuple(expected.shape), expected.dtype, what)
    elif isinstance(seen, bool) or not isinstance(seen, (int, float)):
        raise Mismatch(f"{what} to be a plain number", describe(seen))
    if atol is None:
        atol = _ATOL.get(numbers.dtype, 0.0)
    found = torch.as_tensor(seen).detach().to(torch.float64)
    return found, numbers.detach().to(torch.float64), atol


def _compare(found: torch.Tensor, wanted: torch.Tensor, atol: float, promise: str, what: str) -> None:
    bad = found.isnan() & ~wanted.isnan()
    total = found.numel()
    if bad.any():
        raise Mismatch(f"{what} to hold no NaN", f"NaN in {int(bad.sum())} of {total} entries")
    allowed = (atol * _size_of_rows(wanted)).expand_as(wanted)
    same = (found == wanted) | (found.isnan() & wanted.isnan())
    far = ~same & ~((found - wanted).abs() <= allowed)
    if far.any():
        to = f" to {float(allowed[far].min()):.0e}" if atol else " exactly"
        gap = (found - wanted)[far].abs().nan_to_num(posinf=float("inf")).max()
        worst = "an infinite difference" if not gap.isfinite() else f"a difference of up to {float(gap):.2g}"
        raise Mismatch(promise + to, f"{worst}, in {int(far.sum())} of {total} entries{_times(found, wanted)}")


def _times(found: torch.Tensor, wanted: torch.Tensor) -> str:
    """Where every entry is the same number of times too large, how many times."""
    size = float((wanted * wanted).sum())
    if not found.isfinite().all() or not 0 < size < float("inf"):
        return ""
    times = float((found * wanted).sum()) / size
    if abs(times) < 1e-3 or abs(times - 1) < 1e-3 or not torch.allclose(found, times * wanted, rtol=1e-4, atol=1e-6):
        return ""
    return f", each {times:.3g} times as large"


def _size_of_rows(numbers: torch.Tensor) -> torch.Tensor:
    """The largest finite size of a number in each row along the last axis, at least 1: (..., n) gives (..., 1)."""
    sizes = numbers.abs().where(numbers.isfinite(), 0.0)
    if numbers.dim() and numbers.numel():
        sizes = sizes.amax(-1, keepdim=True)
    return sizes.clamp(min=1.0)


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

    >>> x = {"x": torch.ones(2, 3)}
    >>> assert_same_gradients(lambda x: x * x, lambda x: x**2, x, Rng(1))
    >>> assert_same_gradients(lambda x: x.detach() * x, lambda x: x**2, x, Rng(1))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the gradient for x to agree with the definition to 2e-05; saw a
    difference of up to 1.3, in 6 of 6 entries, each 0.5 times as large
    """
    wanted, cotangents = input_gradients(expected, inputs, rng)
    found, _ = input_gradients(seen, inputs, cotangents)
    for name, ours, theirs in zip(inputs, wanted, found, strict=True):
        what = f"the gradient for {name}"
        expect(theirs is not None, f"{what} to exist", f"a result that does not depend on {name}, or is detached")
        assert_close(theirs, ours, atol=atol, what=what)


def input_gradients(
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

    What the learner's code writes to are copies: this is the one check that asks whether it wrote. A tensor that came
    without a gradient must not require or hold one afterwards.

    >>> x = torch.ones(3)
    >>> assert_untouched({"x": x}, lambda: x + 1)
    >>> assert_untouched({"x": x}, lambda: x.add_(1))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected x to be left as it was; saw x had changed after the call
    """
    before = {name: copy_of(array) for name, array in inputs.items()}
    with changes() as reported:
        call()
    for name, array in inputs.items():
        wanted = f"{name} to be left as it was"
        changed = any(array is one for one in reported.written) or differs(array, before[name])
        expect(not changed, wanted, f"{name} had changed after the call")
        required, held = (any(array is one for one in found) for found in (reported.required, reported.held))
        expect(not required, wanted, f"{name}.requires_grad was True after the call")
        expect(not held, wanted, f"{name}.grad was left on it by the call")


def assert_grad_mode_kept(call: Callable[[], object], what: str = "the call") -> None:
    """Gradients are recorded after `call()` as they were before, be it called here or where the learner's code is.

    >>> assert_grad_mode_kept(lambda: torch.zeros(3))
    >>> assert_grad_mode_kept(lambda: torch.set_grad_enabled(False), "a call that records none")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected gradients to be recorded after a call that records none as before; saw
    another grad mode
    """
    before = torch.is_grad_enabled()
    with changes() as reported, torch.set_grad_enabled(before):
        call()
        changed = reported.grad_mode or torch.is_grad_enabled() != before
    expect(not changed, f"gradients to be recorded after {what} as before", "another grad mode")


def assert_raises(
    kind: type[Exception], call: Callable[..., object], *args: object, what: str, **kwargs: object
) -> None:
    """`call(*args, **kwargs)` raises `kind` with a readable message; `what` names the case in the sentence.

    >>> assert_raises(ValueError, int, "three", what="a word")
    >>> assert_raises(ValueError, int, "3", what="a digit")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected ValueError for a digit; saw no error
    """
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
