"""Instances small enough to work out by hand: when one fails, the learner is shown the call and both answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from nbjudge.checks.vocabulary import Mismatch, describe
from nbjudge.conversation.connection import StudentError

_ATOL = 1e-4  # of what is worked out by hand
_DIGITS = (3, 6)  # that a number is shown with; more where both answers would look alike
_LONGEST = 240


def assert_example(call: Callable[..., object], *args: object, gives: object, name: str, **kwargs: object) -> None:
    """`call(*args, **kwargs)` gives what was worked out by hand, to four decimals: a number, nested lists, or an array.

    A tuple stands for several results. `name` is how the call is shown, as in `softmax` or `Linear(2, 1)`; checks find
    it filled in as the fixture `example`, which is called without it. The dtype is no matter here.

    >>> assert_example(torch.relu, torch.tensor([-1.0, 2.0]), gives=[0, 2], name="relu")
    >>> assert_example(torch.relu, torch.tensor([-1.0, 2.0]), gives=[1, 2], name="relu")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected relu([-1, 2]) → [1, 2]; saw [0, 2]
    """
    given = ", ".join([*map(show, args), *(f"{key}={show(value)}" for key, value in kwargs.items())])
    shown = f"{name}({given})"
    try:
        seen = call(*args, **kwargs)
    except StudentError as error:
        error.expected = f"{shown} → {show(gives)}"
        raise
    if not _alike(seen, gives):
        pair = next((p for p in (_both(seen, gives, digits) for digits in _DIGITS) if p[0] != p[1]), None)
        theirs, ours = pair or _both(seen, gives, max(_DIGITS))
        raise Mismatch(f"{shown} → {ours}", theirs if theirs != ours else describe(seen))


def show(value: object, digits: int = min(_DIGITS)) -> str:
    """A value as a learner would write it, numbers with some digits.

    >>> show(torch.tensor([[1.0, 2 / 3]])), show((True, None))
    ('[[1, 0.667]]', '(True, None)')
    """
    if isinstance(value, (torch.Tensor, np.ndarray, np.generic)):
        return show(value.tolist(), digits)
    if isinstance(value, bool) or not isinstance(value, (int, float, list, tuple)):
        return repr(value)[:_LONGEST]
    if isinstance(value, (list, tuple)):
        inner = ", ".join(show(one, digits) for one in value)
        text = f"[{inner}]" if isinstance(value, list) else f"({inner})"
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    text = f"{value:.{digits}g}" if isinstance(value, float) else str(value)
    return "0" if text == "-0" else text


def _both(seen: object, gives: object, digits: int) -> tuple[str, str]:
    arrays = isinstance(seen, (int, float, list, tuple, torch.Tensor, np.ndarray, np.generic))
    return show(seen, digits) if arrays else describe(seen), show(gives, digits)


def _alike(seen: object, gives: object) -> bool:
    if isinstance(gives, tuple):
        return (
            isinstance(seen, (tuple, list))
            and len(seen) == len(gives)
            and all(_alike(*pair) for pair in zip(seen, gives, strict=True))
        )
    if not isinstance(seen, (torch.Tensor, np.ndarray, np.generic, int, float)):
        return seen is gives
    found, wanted = _numbers(seen), _numbers(gives)
    return found.shape == wanted.shape and bool(torch.allclose(found, wanted, rtol=0, atol=_ATOL, equal_nan=True))


def _numbers(value: Any) -> torch.Tensor:
    return torch.as_tensor(value).detach().to(torch.float64)
