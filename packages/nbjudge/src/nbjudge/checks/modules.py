"""What checks of torch modules have in common: the same weights on both sides, their names, gradients and modes.

Whatever is called `theirs` or `module` here may be the learner's, seen through its stand-in, or a module of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import torch

from nbjudge.checks.rng import Rng
from nbjudge.checks.vocabulary import Mismatch, assert_close, assert_different, assert_same, assert_tensor, expect
from nbjudge.conversation.standin import Weight, gradients, weights

Case = TypeVar("Case")
State = Mapping[str, torch.Tensor]


def random_weights(module: torch.nn.Module, rng: Rng, scale: float = 1.0) -> dict[str, torch.Tensor]:
    """A state for a new module of ours under which every part of it counts, as its first weights often hide.

    Matrices (..., n) are drawn with a deviation of scale/√n, which keeps values of order one, vectors with a
    deviation of 1. A vector that starts as ones, the gain of a norm, is drawn around 1, and what holds no
    floating-point numbers stays as it is.

    >>> state = random_weights(torch.nn.Linear(100, 2), Rng(1))
    >>> {name: tuple(value.shape) for name, value in state.items()}
    {'weight': (2, 100), 'bias': (2,)}
    """
    state = {}
    for name, value in module.state_dict().items():
        drawn = rng.normal(*value.shape, dtype=value.dtype)
        if not value.is_floating_point():
            drawn = value
        elif value.dim() > 1:
            drawn = drawn * scale / value.shape[-1] ** 0.5
        elif bool((value == 1).all()):
            drawn = 1 + drawn / 2
        state[name] = drawn
    return state


def load_weights(module: Any, state: State, what: str = "the module") -> None:
    """Fill in weights; `Mismatch` says which name is missing, or has another shape.

    What the module holds besides stays as it is: to ask for no other names is `assert_same_weights`.

    >>> load_weights(torch.nn.Linear(4, 3), {"weight": torch.zeros(3, 4)})
    >>> load_weights(torch.nn.Linear(4, 3), {"weight": torch.zeros(4, 3)})
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected weight of shape (4, 3) in the module; saw shape (3, 4)
    >>> load_weights(torch.nn.Linear(4, 3), {"gain": torch.zeros(3)}, "the norm")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected gain in the state_dict of the norm; saw weight, bias
    """
    _assert_holds(weights(module), {name: tuple(value.shape) for name, value in state.items()}, what)
    module.load_state_dict(dict(state), strict=False)


def draw_weights(module: Any, rng: Rng, *, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """Fill a module with random weights under the names that it has, for what it is asked about itself; returns them.

    They are drawn as in `random_weights`, for each name by itself, so that modules made in another order are asked the
    same; a vector called weight is taken for the gain of a norm. The module is then of `dtype` and in evaluation mode.
    Buffers stay as they are.

    >>> {name: tuple(value.shape) for name, value in draw_weights(torch.nn.Linear(100, 2), Rng(1)).items()}
    {'weight': (2, 100), 'bias': (2,)}
    """
    module.to(dtype)
    module.eval()
    state, named = {}, rng.by_name()
    for name, weight in weights(module).items():
        if weight.parameter:
            drawn = named(name).normal(*weight.shape, dtype=dtype)
            gain = len(weight.shape) == 1 and name.endswith("weight")
            state[name] = 1 + drawn / 2 if gain else drawn / weight.shape[-1] ** 0.5 if drawn.dim() > 1 else drawn
    module.load_state_dict(state, strict=False)
    return state


def pair(
    student: Callable[..., Any],
    reference: Callable[..., Any],
    rng: Rng,
    *sizes: Any,
    dtype: torch.dtype = torch.float32,
    scale: float = 1.0,
    training: bool = False,
    **settings: Any,
) -> tuple[Any, Any]:
    """The learner's module and the reference's, each made by `(*sizes, **settings)`, with the same random weights.

    The weights are those of `random_weights`, whose names and shapes must be there. Both modules are in evaluation
    mode, or, with `training`, in training mode.

    >>> theirs, ours = pair(torch.nn.Linear, torch.nn.Linear, Rng(1), 4, 3, bias=False)
    >>> x = torch.randn(2, 4)
    >>> assert_close(theirs(x), ours(x))
    """
    ours, theirs = reference(*sizes, **settings).to(dtype), student(*sizes, **settings)
    if dtype != torch.float32:
        theirs.to(dtype)
    state = random_weights(ours, rng, scale)
    for module in (ours, theirs):
        load_weights(module, state)
        module.train(training)
    return theirs, ours


def assert_same_weights(theirs: Any, ours: torch.nn.Module, what: str = "the module") -> None:
    """The learner's module holds what the reference's holds: the same names and shapes, and each a tensor of its own.

    Names are those of the state_dict, so buffers that are not persistent are free. What is a parameter of `ours`
    is one of `theirs`, frozen or not. Where `ours` shares nothing, as the layers of a stack, `theirs` does not.

    >>> linear = torch.nn.Linear(3, 3)
    >>> assert_same_weights(torch.nn.Linear(3, 3), linear)
    >>> assert_same_weights(torch.nn.Linear(3, 3, bias=False), linear, "the layer")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected bias in the state_dict of the layer; saw weight
    >>> stack, shared = torch.nn.Sequential(torch.nn.Linear(3, 3), linear), torch.nn.Sequential(linear, linear)
    >>> assert_same_weights(shared, stack, "the stack")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected each weight of the stack to be one of its own; saw 1.weight, which is
    0.weight as well, and 1 more
    """
    seen, wanted = weights(theirs), weights(ours)
    _assert_holds(seen, {name: weight.shape for name, weight in wanted.items()}, what)
    extra = [name for name in seen if name not in wanted]
    expect(not extra, f"no other weights in the state_dict of {what}", _some(extra))
    buffers = [name for name in wanted if wanted[name].parameter and not seen[name].parameter]
    expect(not buffers, f"every weight of {what} to be a parameter", f"{_some(buffers)} as a buffer")
    shared = [
        f"{name}, which is {seen[name].first} as well,"
        for name in wanted
        if wanted[name].first == name != seen[name].first
    ]
    expect(not shared, f"each weight of {what} to be one of its own", _some(shared, 1))


def assert_same_state(seen: State, wanted: State, what: str = "in the state") -> None:
    """Two state_dicts hold the same numbers, to the last bit; what else `seen` holds is no matter.

    >>> one, other = torch.nn.Linear(2, 2).state_dict(), torch.nn.Linear(2, 2).state_dict()
    >>> assert_same_state(one, one)
    >>> assert_same_state(one, {**one, "bias": other["bias"]}, "as in the checkpoint")
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the same numbers as in the checkpoint; saw others in bias
    """
    others = [
        name
        for name, value in wanted.items()
        if name not in seen or seen[name].dtype != value.dtype or not torch.equal(seen[name], value)
    ]
    expect(not others, f"the same numbers {what}", f"others in {_some(others)}")


def assert_separate(one: Any, other: Any, state: State, call: Callable[[Any], object]) -> None:
    """Two modules share nothing: what `call(one)` gives stays the same after `other` got the weights of `state`.

    >>> one, other = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
    >>> load_weights(one, {"weight": torch.ones(3, 3), "bias": torch.ones(3)})
    >>> zero = {"weight": torch.zeros(3, 3), "bias": torch.zeros(3)}
    >>> assert_separate(one, other, zero, lambda layer: layer(torch.ones(3)))
    >>> other.bias = one.bias
    >>> assert_separate(one, other, zero, lambda layer: layer(torch.ones(3)))
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result of one module after another one got weights to be the
    same to 4e-05; saw a difference of up to 1, in 3 of 3 entries, each 0.75 times as large
    """
    before = call(one)
    load_weights(other, state)
    assert_same(call(one), before, what="the result of one module after another one got weights")


def assert_same_parameter_gradients(theirs: Any, ours: torch.nn.Module, *, atol: float | None = None) -> None:
    """After the same backward pass through both, as `assert_same_gradients` makes it, each parameter has the same.

    >>> theirs, ours = pair(torch.nn.Linear, torch.nn.Linear, Rng(1), 4, 3)
    >>> for module in (theirs, ours):
    ...     module(torch.ones(2, 4)).sum().backward()
    >>> assert_same_parameter_gradients(theirs, ours)
    >>> theirs.bias.grad = None
    >>> assert_same_parameter_gradients(theirs, ours)
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected a gradient for bias; saw none: it takes no part in the result
    """
    wanted, found = gradients(ours), gradients(theirs)
    for name, gradient in wanted.items():
        if gradient is not None:
            expect(found.get(name) is not None, f"a gradient for {name}", "none: it takes no part in the result")
            assert_close(found[name], gradient, atol=atol, what=f"the gradient for {name}")


def assert_same_in_both_modes(
    module: Any, call: Callable[[], object], expected: object, *, atol: float | None = None, what: str = "the result"
) -> None:
    """`call()` gives `expected` in training mode as in evaluation mode: nothing is dropped, nothing is remembered.

    >>> layer, x = torch.nn.Dropout(0.5), torch.ones(100)
    >>> assert_same_in_both_modes(layer, lambda: layer(x), x)
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result in training mode to agree with the definition to 1e-05;
    saw a difference of up to 1, in 100 of 100 entries
    """
    module.train()
    assert_close(call(), expected, atol=atol, what=f"{what} in training mode")
    module.eval()
    assert_close(call(), expected, atol=atol, what=f"{what} in evaluation mode")


def assert_dropout_in_training_only(
    module: Any,
    call: Callable[[], object],
    expected: object,
    *,
    atol: float | None = None,
    least: float = 1e-4,
    what: str = "the result",
) -> None:
    """`call()` gives `expected` in evaluation mode, before and after training mode, where it varies.

    Of two calls in training mode some entry differs by more than `least`.

    >>> layer, x = torch.nn.Dropout(0.5), torch.ones(100)
    >>> assert_dropout_in_training_only(layer, lambda: layer(x), x)
    >>> layer.p = 0.0
    >>> assert_dropout_in_training_only(layer, lambda: layer(x), x)
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected the result of two calls in training mode to differ; saw the same
    values
    """
    module.eval()
    assert_close(call(), expected, atol=atol, what=f"{what} in evaluation mode")
    module.train()
    assert_different(call(), call(), least=least, what=f"{what} of two calls in training mode")
    module.eval()
    assert_close(call(), expected, atol=atol, what=f"{what} back in evaluation mode")


def assert_dropped(seen: object, kept: torch.Tensor, p: float, *, what: str = "the result") -> None:
    """`seen` is `kept` after a dropout of `p`: each entry is 0 or kept/(1-p), on its own, and a share of p is 0.

    Both are of one shape and floating dtype. Entries of `kept` within ±0.1 say nothing, and are passed over. The
    share may be off by six deviations of chance, so a few thousand entries tell one dropout from another.

    >>> x = torch.ones(100, 50)
    >>> assert_dropped(torch.nn.functional.dropout(x, 0.25), x, 0.25)
    >>> half = torch.arange(5000).reshape(100, 50) % 2
    >>> assert_dropped(half / 0.75, x, 0.25)
    Traceback (most recent call last):
    nbjudge.checks.vocabulary.Mismatch: expected about 25% of the entries of the result to be dropped; saw 50%
    """
    assert_tensor(seen, tuple(kept.shape), kept.dtype, what)
    assert isinstance(seen, torch.Tensor)
    seen, grown = seen.detach(), kept.detach() / (1 - p)
    plain = kept.detach().abs() > 0.1
    dropped, whole = seen.abs() < 1e-4, (seen - grown).abs() <= 1e-4 * grown.abs().clamp(min=1)
    others = int((plain & ~dropped & ~whole).sum())
    promise = f"every entry of {what} to be 0, or what it is without dropout, divided by {1 - p:g}"
    expect(not others, promise, f"other values in {others} of {seen.numel()} entries")
    share, count = float(dropped[plain].double().mean()), int(plain.sum())
    chance = 6 * (p * (1 - p) / count) ** 0.5
    expect(abs(share - p) <= chance, f"about {p:.0%} of the entries of {what} to be dropped", f"{share:.0%}")
    for axis in range(seen.dim()):
        # Of a line with n entries that say something, a part is dropped and a part is kept with this probability.
        n = plain.sum(axis).double()
        mixed = float((1 - p**n - (1 - p) ** n).clamp(min=0).sum())
        found = int(((plain & dropped).any(axis) & (plain & ~dropped).any(axis)).sum())
        expect(found >= mixed / 2, f"each entry of {what} to be dropped on its own", "whole rows dropped or kept")


def right_cases(
    cases: Iterable[Case], answers: Callable[[Case], tuple[object, object]], *, atol: float | None = None
) -> list[Case]:
    """Those of `cases` for which `answers(case)`, what was seen and what is expected, agree; all if none do.

    For a setting that has checks of its own, such as where the norms stand: what a slip in it spoils costs nothing in
    the checks of other things, which ask about the cases that are left.

    >>> right_cases((1, 2, 3), lambda n: (n * n, 2 * n))
    [2]
    >>> right_cases((1, 3), lambda n: (n * n, 2 * n))
    [1, 3]
    """
    every = list(cases)
    right = []
    for case in every:
        seen, expected = answers(case)
        try:
            assert_close(seen, expected, atol=atol)
        except Mismatch:
            continue
        right.append(case)
    return right or every


def _assert_holds(seen: Mapping[str, Weight], wanted: Mapping[str, tuple[int, ...]], what: str) -> None:
    missing = [name for name in wanted if name not in seen]
    if missing:
        raise Mismatch(f"{_some(missing)} in the state_dict of {what}", _some(seen, 6) or "an empty one")
    for name, shape in wanted.items():
        expect(seen[name].shape == shape, f"{name} of shape {shape} in {what}", f"shape {seen[name].shape}")


def _some(names: Iterable[str], most: int = 3) -> str:
    """The first few of many names, and how many more there are."""
    listed = list(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
