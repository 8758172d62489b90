"""Hidden checks of lesson 05, exercise gelu."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_no_stub,
    assert_own_gradients,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    expect,
)

READY_MADE = ["torch.nn.functional.gelu", "torch.nn.GELU", "attnkit.parts.gelu"]


@check(
    points=0.25,
    says="the result has the shape and dtype of x, whatever they are, and x stays as it was",
    asks="Do you convert x, or write to it?",
)
def test_contract(student, rng):
    for shape in ((), (5,), (2, 7, 3), (2, 3, 4, 5)):
        x = rng.normal(*shape)
        assert_untouched({"x": x}, lambda x=x: student(x))
        assert_tensor(student(x), shape)
        assert_tensor(student(x.double()), shape, torch.float64)


@check(
    points=0.5,
    says="every number x becomes x · Φ(x), with the normal distribution's Φ, and not an approximation of it",
    asks="Which share of the numbers of a normal distribution lies below x, and what does erf need to tell it?",
)
def test_values(student, reference, rng, example):
    # Of a normal distribution, 84.13 percent lie below 1.
    example(student, torch.tensor([0.0, 1.0, -1.0]), gives=[0, 0.84134, -0.15866])
    # An approximation of Φ is off by 1e-4 and more.
    for x in (rng.normal(300), 3 * rng.normal(2, 3, 7), torch.tensor([6.0, -6.0, 40.0, -40.0])):
        assert_close(student(x), reference(x))
    # √2 taken of a float32 tensor is right, and off by 1e-8.
    x = rng.normal(300, dtype=torch.float64)
    assert_close(student(x), reference(x), atol=2e-8, what="the result for a float64 x")


@check(
    points=0.25,
    says="each number is treated alone, in any memory layout",
    asks="Does the result for a number depend on the others beside it?",
)
def test_alone(student, rng):
    x = rng.normal(5, 7, 3)
    assert_no_stub(student, x)
    whole = student(x)
    assert_same(student(x[2, 4, 1]), whole[2, 4, 1], what="the result for one number alone")
    assert_same(student(x[1:3]), whole[1:3], what="the result for a part of x")
    turned = rng.normal(3, 7, 5).transpose(0, 2)
    assert_same(student(turned), student(turned.contiguous()), what="the result for a non-contiguous x")


@check(
    points=0.25,
    says="far from 0, on either side, the curve goes on smoothly to 0 or to a straight line, without overflow",
    asks="What becomes of a large positive number, and of a large negative one?",
)
def test_edges(student, rng):
    assert_no_stub(student, rng.normal(5))
    zero = torch.zeros(1)
    assert_close(student(zero), zero, what="the GELU of 0")
    # One side is flat and the other straight, whatever its slope.
    for size in (10.0, 40.0, 1e4):
        pair = torch.tensor([size, -size])
        seen, twice = student(pair), student(2 * pair)
        assert_same(
            twice, 2 * seen, bound=1e6, what=f"the GELU of ±{2 * size:g}, compared with twice that of ±{size:g},"
        )
        assert_different(seen[:1], seen[1:], what=f"the GELU of {size:g}, and of {-size:g},")


@check(
    points=0.25,
    says="the gradient is that of the values, at 0 and far from it too, in float64 precision",
    asks="Is there a step that records no gradient, or that computes in another dtype?",
)
def test_gradients(student, rng):
    wide = rng.normal(3, 5, dtype=torch.float64)
    assert_no_stub(student, wide)
    assert_own_gradients(student, {"x": wide}, rng)
    x = torch.tensor([0.0, 5.0, -5.0, 100.0, -100.0], requires_grad=True)
    student(x).sum().backward()
    finite = x.grad is not None and bool(x.grad.isfinite().all())
    expect(finite, "the gradient to be finite at 0 and far from it", "none, infinity or NaN")


@check(points=0.5, says="the GELU is built by you, not by a call of a ready-made one", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.normal(3, 4))
