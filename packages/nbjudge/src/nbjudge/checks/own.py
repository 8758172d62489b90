"""Checks that ask the learner's code about itself: one slip, then, fails the check of what it breaks, and no other.

Each begins with `assert_no_stub`: of a function that computes nothing, every property would hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from nbjudge.checks.rng import Rng
from nbjudge.checks.vocabulary import Mismatch, assert_different, assert_same, expect, input_gradients
from nbjudge.conversation.standin import gradients

_STEP = 1e-6  # of a finite difference, in float64
_RTOL = 1e-4  # by which a slope may differ from a gradient
_LEAST = 1e-7  # a gradient below it is none


def assert_no_stub(call: Callable[..., object], *inputs: Any, what: str = "the result") -> None:
    """`call(*inputs)` is computed: it is the same again, another one for other numbers, and none of the inputs.

    `inputs` are arrays or tensors; the floating-point ones among them are what is changed. Only for calls that leave
    nothing to chance.

    >>> assert_no_stub(torch.exp, torch.ones(3))
    >>> assert_no_stub(lambda x: torch.zeros(3), torch.ones(3))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result for other inputs to differ; saw the same values
    >>> assert_no_stub(lambda x: x, torch.ones(3))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result to be computed; saw an input, as it came
    """
    first = _arrays(call(*inputs), what)
    for again, before in zip(_arrays(call(*inputs), what), first, strict=True):
        assert_same(again, before, bound=float("inf"), what=f"{what} of a second call")
    for array in first:
        same = any(_equal(array, given) for given in inputs)
        expect(not same, f"{what} to be computed", "an input, as it came")
    other = _arrays(call(*map(_other, inputs)), what)
    moved = [array.shape == before.shape for array, before in zip(other, first, strict=True)]
    expect(all(moved), f"{what} for other numbers to have the same shape", "another shape")
    assert_different(_flat(other), _flat(first), what=f"{what} for other inputs")


def assert_own_gradients(
    call: Callable[..., object], inputs: dict[str, torch.Tensor], rng: Rng, *, what: str = "the gradient for"
) -> None:
    """The gradients of `call(*inputs)` are those of what it computes: as its own values say, by finite differences.

    `inputs` are float64. The loss is a random projection of all results; along a random direction of each input, the
    gradient must agree with the slope (L(x + hv) - L(x - hv)) / 2h, as in `torch.autograd.gradcheck`'s fast mode.

    >>> x = {"x": torch.tensor([[0.5, 1.0]], dtype=torch.float64)}
    >>> assert_own_gradients(lambda x: x.exp(), x, Rng(1))
    >>> assert_own_gradients(lambda x: x.detach() * x, x, Rng(1))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the gradient for x to be that of the values; saw one that is 0.5 times
    what it should be in one direction
    """
    found, cotangents = input_gradients(call, inputs, rng)
    values = list(inputs.values())
    for place, (name, gradient) in enumerate(zip(inputs, found, strict=True)):
        promise = f"{what} {name}"
        expect(gradient is not None, f"{promise} to exist", f"a result that does not depend on {name}, or is detached")
        assert gradient is not None
        direction = rng.normal(*values[place].shape, dtype=torch.float64)
        sides = []
        for sign in (1, -1):
            moved = [*values]
            moved[place] = values[place] + sign * _STEP * direction
            sides.append(_loss(call(*moved), cotangents))
        slope, along = (sides[0] - sides[1]) / (2 * _STEP), float((gradient.double() * direction).sum())
        size = max(abs(slope), float(gradient.double().norm()))
        expect(size > _LEAST, f"{promise} to be more than 0", "zeros")
        if not abs(slope - along) <= _RTOL * size:
            times = f"one that is {along / slope:.3g} times what it should be" if slope else "another"
            raise Mismatch(f"{promise} to be that of the values", f"{times} in one direction")


def assert_own_parameter_gradients(
    module: Any, state: Mapping[str, torch.Tensor], call: Callable[[], Any], rng: Rng
) -> None:
    """A backward pass through `call()` gives every parameter the gradient that the module's own values say.

    `state` holds the module's weights, float64; the pass is the first one through it. As in `assert_own_gradients` the
    loss is a random projection; the slope is taken along one direction in which every parameter counts.

    >>> layer = torch.nn.Linear(3, 2, dtype=torch.float64)
    >>> state, x = layer.state_dict(), torch.ones(1, 3, dtype=torch.float64)
    >>> state = {name: value.clone() for name, value in state.items()}
    >>> assert_own_parameter_gradients(layer, state, lambda: layer(x), Rng(1))
    >>> layer = torch.nn.Linear(3, 2, dtype=torch.float64)
    >>> assert_own_parameter_gradients(layer, state, lambda: layer(x) * layer.bias.detach(), Rng(1))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the gradients for the parameters to be those of the values; saw others
    """
    module.load_state_dict(dict(state), strict=False)
    result = call()
    expect(result.requires_grad, "the result to depend on the parameters", "a result that is detached")
    cotangents = [rng.normal(*result.shape, dtype=result.dtype)]
    result.backward(cotangents[0])
    along, directions, named = 0.0, {}, rng.by_name()
    for name, gradient in gradients(module).items():
        expect(gradient is not None, f"a gradient for {name}", "none: it takes no part in the result")
        assert gradient is not None
        if name in state:
            drawn = named(name).normal(*state[name].shape, dtype=torch.float64)
            directions[name] = drawn / max(1.0, float(gradient.norm()))
            along += float((gradient.double() * directions[name]).sum())
    sides = []
    for step in (_STEP, -_STEP):
        moved = {name: state[name] + step * direction for name, direction in directions.items()}
        module.load_state_dict(moved, strict=False)
        sides.append(_loss(call(), cotangents))
    module.load_state_dict(dict(state), strict=False)
    slope = (sides[0] - sides[1]) / (2 * _STEP)
    fits = abs(slope - along) <= _RTOL * max(1.0, abs(slope))
    expect(fits, "the gradients for the parameters to be those of the values", "others")


def _loss(result: object, cotangents: Sequence[torch.Tensor]) -> float:
    arrays = _arrays(result, "the result")
    return float(sum((a.detach().double() * c).sum() for a, c in zip(arrays, cotangents, strict=True)))


def _arrays(result: object, what: str) -> list[torch.Tensor]:
    parts = list(result) if isinstance(result, (tuple, list)) else [result]
    for part in parts:
        if not isinstance(part, (torch.Tensor, np.ndarray, np.generic)):  # to write each of them out would take long
            raise Mismatch(f"{what} to be an array", repr(part)[:80])
    return [torch.as_tensor(part) for part in parts]


def _flat(arrays: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([array.detach().double().flatten() for array in arrays])


def _equal(array: torch.Tensor, given: object) -> bool:
    if not isinstance(given, (torch.Tensor, np.ndarray)):
        return False
    other = torch.as_tensor(given)
    return array.shape == other.shape and bool((array.double() == other.double()).all())


def _other(given: Any) -> Any:
    """Other numbers, of the same size."""
    if isinstance(given, torch.Tensor) and given.is_floating_point():
        return 0.5 - 0.7 * given.flip(-1)
    if isinstance(given, np.ndarray) and np.issubdtype(given.dtype, np.floating):
        return (0.5 - 0.7 * given[..., ::-1]).astype(given.dtype)
    return given
