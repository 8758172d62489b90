"""Hidden checks of lesson 03, exercise gradient_at_input."""

import math

import torch
from nbjudge import assert_close, assert_different, assert_untouched, check, expect, twin
from torch import nn

B, L, D = 3, 4, 6


def blend(make, length, size, dtype=torch.float32):
    """A layer in which positions and features influence each other: the positions are the channels of its last part."""
    first, last = make(nn.Linear, size, size, dtype=dtype), make(nn.Conv1d, length, length, 3, padding=1, dtype=dtype)
    return make(nn.Sequential, first, make(nn.Tanh), last)


def linear(make, rng, size=D, dtype=torch.float32, matrix=None):
    """A linear layer with random weights, or with those of `matrix`."""
    made = make(nn.Linear, size, size, dtype=dtype)
    weight = rng.normal(size, size, dtype=dtype) / size**0.5 if matrix is None else matrix
    made.load_state_dict({"weight": weight, "bias": rng.normal(size, dtype=dtype)})
    return made


def mixed(make, rng, dtype=torch.float32):
    """Layers of several kinds, whose order matters."""
    layers = [linear(make, rng, dtype=dtype), make(nn.Tanh), blend(make, L, D, dtype), make(nn.Sigmoid)]
    return [*layers, linear(make, rng, dtype=dtype)]


def assert_norm(seen, wanted, atol=1e-5, what="the norm of the gradient"):
    """A plain number, compared relative to its size: a gradient may well be tiny. Either may be the learner's."""
    for norm in (seen, wanted):
        expect(isinstance(norm, float), f"{what} to be a plain float", f"a {type(norm).__name__}")
        expect(0 < norm < math.inf, f"{what} to be a positive number", f"{norm}")
    assert_close(seen / wanted, 1.0, atol=atol, what=f"{what}, divided by the right one,")


@check(points=0.5, says="the result is a plain float, for x of any shape and dtype, and x stays as it was")
def test_contract(student, make, rng):
    layers = [linear(make, rng), make(nn.Tanh)]
    for shape in ((D,), (L, D), (B, L, D), (2, 1, L, D)):
        for use_residual in (False, True):
            x = rng.normal(*shape)
            assert_norm(student(layers, x, use_residual), 1.0, math.inf)
            assert_untouched({"x": x}, lambda x=x, u=use_residual: student(layers, x, u))
    assert_norm(student([linear(make, rng, dtype=torch.float64)], x.double(), True), 1.0, math.inf)


@check(points=0.75, says="plain: each layer reads what the one before returned, and the gradient is that for x")
def test_plain(student, reference, make, rng):
    for dtype, atol in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        layers = mixed(make, rng, dtype)
        for some in (layers, layers[1:3], layers[::-1], [layers[2], layers[2]]):
            x = rng.normal(B, L, D, dtype=dtype)
            assert_norm(student(some, x, False), reference(some, x, False), atol)
    assert_norm(student(layers=some, x=x, use_residual=False), reference(some, x, False), atol)


@check(points=0.75, says="with skip connections: each layer adds to what the one before passed on")
def test_skip(student, reference, make, rng):
    for dtype, atol in ((torch.float32, 1e-5), (torch.float64, 1e-9)):
        layers = mixed(make, rng, dtype)
        for some in (layers, layers[1:3], layers[::-1], [layers[2], layers[2]]):
            x = rng.normal(B, L, D, dtype=dtype)
            assert_norm(student(some, x, True), reference(some, x, True), atol)
    assert_norm(student(layers=some, x=x, use_residual=True), reference(some, x, True), atol)


@check(
    points=0.5,
    says="layers that multiply by w leave |w|ⁿ of the gradient, and |1 + w|ⁿ with skip connections",
)
def test_by_hand(student, make, rng):
    x = rng.normal(B, D)
    for w, n in ((0.5, 3), (-0.3, 4), (2.0, 2), (-3.0, 1)):
        layers = [linear(make, rng, matrix=w * torch.eye(D)) for _ in range(n)]
        assert_norm(student(layers, x, False), abs(w) ** n * (B * D) ** 0.5, what=f"the norm for w = {w}, n = {n}")
        assert_norm(student(layers, x, True), abs(1 + w) ** n * (B * D) ** 0.5, what=f"the norm for w = {w}, n = {n}")
    # The gradient of the sum of Wx is the sum of the rows of W; with a skip connection, 1 more.
    weight = rng.normal(D, D)
    layer = linear(make, rng, matrix=weight)
    assert_norm(student([layer], x[0], False), float(weight.sum(0).norm()), what="the norm for a single linear layer")
    assert_norm(student([layer], x[0], True), float((weight.sum(0) + 1).norm()), what="the norm for a single layer")


@check(
    points=0.5,
    says="the sum takes in the whole output, and the norm the whole gradient, batch and length too",
)
def test_whole(student, make, rng):
    layers = [linear(make, rng), make(nn.Tanh), linear(make, rng)]
    for use_residual in (False, True):
        x = rng.normal(L, D)
        single = student(layers, x, use_residual)
        for n in (2, 5):
            copies = student(layers, x.repeat(n, 1, 1), use_residual)
            assert_norm(copies, single * n**0.5, what=f"the norm for {n} copies of one input")
        rows = [student(layers, row, use_residual) for row in x]
        assert_norm(single, math.sqrt(sum(row**2 for row in rows)), what="the norm for several positions")


@check(points=0.5, says="one layer, many or none, tiny gradients, square sizes and any memory layout work alike")
def test_edges(student, reference, make, rng):
    deep = [linear(make, rng, dtype=torch.float64, matrix=0.4 * torch.eye(D).double().roll(k, 0)) for k in range(30)]
    square = [linear(make, rng, 4), blend(make, 4, 4), make(nn.Tanh)]
    for use_residual in (False, True):
        x = rng.normal(B, D, dtype=torch.float64)
        assert_norm(student(deep, x, use_residual), reference(deep, x, use_residual), 1e-9, "the norm for 30 layers")
        x = rng.normal(4, 4, 4)
        assert_norm(
            student(square, x, use_residual),
            reference(square, x, use_residual),
            what="the norm for a square x",
        )
        x = rng.normal(D, L, B).transpose(0, 2)
        one = [blend(make, L, D)]
        assert_norm(student(one, x, use_residual), reference(one, x, use_residual), what="the norm for a single layer")
        assert_norm(student([], x, use_residual), (B * L * D) ** 0.5, what="the norm for no layer at all")


@check(points=0.25, says="a call leaves nothing behind: the same call again returns the same number")
def test_again(student, make, rng):
    layers, x = mixed(make, rng), rng.normal(B, L, D)
    for use_residual in (False, True):
        first = student(layers, x, use_residual)
        other = student(layers, 2 * x, not use_residual)
        expect(other != first, "another norm for another x", f"{first} for both")
        assert_norm(student(layers, x, use_residual), first, what="the norm at the second call")
        # An x that comes out of a network.
        learned = x.clone().requires_grad_()
        assert_norm(student(layers, learned, use_residual), first, what="the norm for an x that requires a gradient")
        dropout = twin(student, make(nn.Dropout, 0.5))
        student([dropout], x, use_residual)
        what = "the output of two calls of a dropout that was in training mode, and is left in it,"
        assert_different(dropout(x), dropout(x), what=what)


@check(
    points=0.25,
    says="the measurement is made here, not taken ready-made",
    forbids=["attnkit.parts.gradient_at_input"],
)
def test_from_primitives(student, make, rng):
    for use_residual in (False, True):
        assert_norm(student([make(nn.Tanh)], rng.normal(B, D), use_residual), 1.0, math.inf)
