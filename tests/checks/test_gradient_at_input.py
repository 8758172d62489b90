"""Hidden checks of lesson 03, exercise gradient_at_input."""

import math
from dataclasses import dataclass

import torch
from nbjudge import assert_close, assert_different, assert_no_stub, assert_same, assert_untouched, check, expect, twin
from torch import nn

B, L, D = 3, 4, 6


@dataclass(frozen=True)
class Linear:
    """How a layer without bias is shown to a learner."""

    weight: list


def linear(make, rng, dtype=torch.float32):
    """A linear layer with random weights."""
    made = make(nn.Linear, D, D, dtype=dtype)
    made.load_state_dict({"weight": rng.normal(D, D, dtype=dtype) / D**0.5, "bias": rng.normal(D, dtype=dtype)})
    return made


def unbiased(make, weight):
    """A layer that multiplies by this very matrix."""
    made = make(nn.Linear, len(weight), len(weight), bias=False, dtype=weight.dtype)
    made.load_state_dict({"weight": weight})
    return made


def blend(make, rng, length=L, dtype=torch.float32):
    """A layer in which positions influence each other: they are the channels of a convolution."""
    made = make(nn.Conv1d, length, length, 3, padding=1, dtype=dtype)
    size = (3 * length) ** 0.5
    weight, bias = rng.normal(length, length, 3, dtype=dtype) / size, rng.normal(length, dtype=dtype)
    made.load_state_dict({"weight": weight, "bias": bias})
    return made


def one_layer(make, rng, *parts):
    """One layer of several parts: how layers follow each other is no matter in it."""
    return make(nn.Sequential, linear(make, rng), make(nn.Tanh), *parts)


def mixed(make, rng, dtype=torch.float32):
    """Layers of several kinds, whose order matters."""
    layers = [linear(make, rng, dtype), make(nn.Tanh), blend(make, rng, dtype=dtype), make(nn.Sigmoid)]
    return [*layers, linear(make, rng, dtype)]


def number(norm):
    """A result as a number. Whether it is a plain float has a check of its own."""
    single = isinstance(norm, float) or (isinstance(norm, torch.Tensor) and norm.numel() == 1)
    expect(single, "the norm of the gradient to be a single number", f"a {type(norm).__name__}")
    return float(norm)


def assert_norm(seen, wanted, again=False, atol=1e-5, what="the norm of the gradient"):
    """Compare relative to the size: a gradient may well be tiny. `again` says that what is wanted is the learner's."""
    for norm in (seen, wanted):
        expect(math.isfinite(norm) and norm != 0, f"{what} to be a number that is not 0", f"{norm}")
    if again:
        assert_same(seen / wanted, 1.0, atol=atol, what=f"{what}, in proportion,")
    else:
        assert_close(seen / wanted, 1.0, atol=atol, what=f"{what}, divided by the right one,")


def assert_measures(student, make, rng, use_residual=False):
    """What is returned depends on x and on the layers, and on nothing else."""
    layers, others = ([one_layer(make, rng, linear(make, rng)) for _ in range(2)] for _ in range(2))
    x = rng.normal(B, L, D)

    def measure(x, layers=layers):
        return torch.tensor(number(student(layers, x, use_residual)))

    assert_no_stub(measure, x, what="the norm")
    assert_different(measure(x, others), measure(x), what="the norm for layers with other weights")


@check(
    points=0.25,
    says="the result is a plain float, for x of any shape and dtype",
    asks="What makes a plain number of a tensor that has a single entry?",
)
def test_contract(student, make, rng):
    layers = [linear(make, rng), make(nn.Tanh)]
    for shape in ((D,), (L, D), (B, L, D), (2, 1, L, D)):
        seen = student(layers=layers, x=rng.normal(*shape), use_residual=False)
        expect(isinstance(seen, float), "the norm of the gradient to be a plain float", f"a {type(seen).__name__}")
        expect(math.isfinite(seen), "the norm to be finite", f"{seen}")
    seen = student([linear(make, rng, torch.float64)], rng.normal(L, D, dtype=torch.float64), False)
    expect(isinstance(seen, float), "the norm for float64 to be a plain float", f"a {type(seen).__name__}")


@check(
    points=0.75,
    says="the number is the L2 norm of the gradient, for x, of the sum of a layer's output",
    asks="What do you differentiate, for what, and how do you take the length of what comes out?",
)
def test_values(student, reference, make, rng, example):
    def by_hand(layers, x, use_residual):
        made = [unbiased(make, torch.tensor(layer.weight)) for layer in layers]
        return number(student(made, x, use_residual))

    # The gradient of the sum of Wx is the sum of the rows of W: (3, 1).
    weight = Linear([[0.0, 1.0], [3.0, 0.0]])
    example(by_hand, [weight], torch.tensor([[1.0, 2.0]]), use_residual=False, gives=10**0.5)
    # One position alone; what becomes of several is asked in a check of its own. A norm near 100 stays right if rounded.
    for large in (300.0, -50.0):
        layer = one_layer(make, rng, unbiased(make, large * rng.normal(D, D)))
        x = rng.normal(1, 1, D)
        assert_norm(number(student([layer], x, False)), reference([layer], x, False), what="the norm for one layer")


@check(
    points=0.75,
    says="plain: each layer reads what the one before returned, from the first to the last",
    asks="What does the second layer read, which layer comes last, and does the gradient come back through all of them?",
)
def test_order(student, make, rng):
    assert_measures(student, make, rng)
    for dtype, atol in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        layers = mixed(make, rng, dtype)
        for some in (layers, layers[1:3], layers[::-1], [layers[2], layers[2]], []):
            x = rng.normal(B, L, D, dtype=dtype)
            whole = number(student([make(nn.Sequential, *some)], x, False))
            what = f"the norm for {len(some)} layers beside that for a single one made of them"
            assert_norm(number(student(some, x, False)), whole, True, atol, what)


@check(
    points=0.75,
    says="with skip connections: each layer adds to what the one before passed on, and both ways carry the gradient",
    asks="To what does each layer add its result, and does the gradient come back both ways?",
)
def test_skip(student, make, rng):
    assert_measures(student, make, rng, use_residual=True)
    for dtype, atol in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        layers = mixed(make, rng, dtype)
        for some in (layers, layers[1:3], layers[::-1], [layers[0]]):
            x = rng.normal(B, L, D, dtype=dtype)
            plain = number(student([make("attnkit.parts.Residual", layer) for layer in some], x, False))
            what = f"the norm for {len(some)} layers with skip connections beside plain ones that add x themselves"
            assert_norm(number(student(some, x, True)), plain, True, atol, what)


@check(
    points=0.5,
    says="the sum takes in the whole output, and the norm the whole gradient, batch and length too",
    asks="Over which axes do you add up, and over which do you take the norm?",
)
def test_whole(student, make, rng):
    assert_measures(student, make, rng)
    # Where no position influences another, the squares of their norms add up.
    large = unbiased(make, 300 * rng.normal(D, D))
    alone, x = [one_layer(make, rng, large)], rng.normal(L, D)
    single = number(student(alone, x, False))
    for n in (2, 5):
        copies = number(student(alone, x.repeat(n, 1, 1), False))
        assert_norm(copies, single * n**0.5, True, what=f"the norm for {n} copies of one input")
    rows = [number(student(alone, row, False)) for row in x]
    assert_norm(single, sum(row**2 for row in rows) ** 0.5, True, what="the norm for several positions")
    # Where they do, this holds of the sequences of a batch.
    together, x = [one_layer(make, rng, blend(make, rng, D), large)], rng.normal(B, D, D)
    whole = number(student(together, x, False))
    batch = [number(student(together, sequence, False)) for sequence in x]
    assert_norm(whole, sum(norm**2 for norm in batch) ** 0.5, True, what="the norm for a batch of square inputs")


@check(
    points=0.25,
    says="a gradient that has almost vanished is measured as small as it is",
    asks="Do you round the number, or add something to it?",
)
def test_tiny(student, make, rng):
    assert_measures(student, make, rng)
    weight, x = rng.normal(D, D, dtype=torch.float64).abs(), rng.normal(1, 1, D, dtype=torch.float64)
    large, small, least = (number(student([unbiased(make, c * weight)], x, False)) for c in (1e-10, 1e-20, 1e-30))
    expect(large > 0 and small > 0 and least > 0, "a norm that is not 0", f"{large:g}, {small:g} and {least:g}")
    what = "by how much the norm shrinks from 1e-20 to 1e-30 beside that from 1e-10 to 1e-20"
    assert_norm(least / small, small / large, True, 1e-9, what)


@check(
    points=0.25,
    says="x and the layers are left as they were",
    asks="Is x a tensor of your own, detached from the caller's, and do you change a layer's mode?",
)
def test_untouched(student, make, rng):
    assert_measures(student, make, rng)
    layers = [linear(make, rng), make(nn.Tanh)]
    for use_residual in (False, True):
        for x in (rng.normal(D), rng.normal(B, L, D)):
            assert_untouched({"x": x}, lambda x=x, u=use_residual: student(layers, x, u))
        dropout = twin(student, make(nn.Dropout, 0.5))
        student([dropout], x, use_residual)
        what = "the output of two calls of a dropout that was in training mode, and is left in it,"
        assert_different(dropout(x), dropout(x), what=what)
    parameter = twin(student, make(nn.Parameter, x))
    student(layers, parameter, False)
    expect(parameter.grad is None, "no gradient to be left on an x that is a parameter", "one that is")


@check(
    points=0.25,
    says="the numbers in x are what counts: not what was measured before, nor their memory layout, nor whence x comes",
    asks="Does something of an earlier call, or of the network that x comes out of, get into the number?",
)
def test_again(student, make, rng):
    assert_measures(student, make, rng)
    layers, x = mixed(make, rng), rng.normal(B, L, D)
    first = number(student(layers, x, False))
    student(layers, 2 * x, False)
    assert_norm(number(student(layers, x, False)), first, True, what="the norm at the second call")
    learned = number(student(layers, x.clone().requires_grad_(), False))
    assert_norm(learned, first, True, what="the norm for an x that requires a gradient")
    turned = x.transpose(0, 2).contiguous().transpose(0, 2)
    assert_norm(number(student(layers, turned, False)), first, True, what="the norm for an x that is not contiguous")


@check(
    points=0.25,
    says="the measurement is made here, not taken ready-made",
    forbids=["attnkit.parts.gradient_at_input"],
)
def test_from_primitives(student, make, rng):
    for use_residual in (False, True):
        student([linear(make, rng), make(nn.Tanh)], rng.normal(B, D), use_residual)
