"""Hidden checks of lesson 05, exercise gelu."""

import torch
from nbjudge import assert_close, assert_same, assert_same_gradients, assert_tensor, assert_untouched, check

READY_MADE = ["torch.nn.functional.gelu", "torch.nn.GELU", "attnkit.parts.gelu"]


@check(points=0.25, says="the result has the shape and dtype of x, whatever they are, and x stays as it was")
def test_contract(student, rng):
    for shape in ((), (5,), (2, 7, 3), (2, 3, 4, 5)):
        x = rng.normal(*shape)
        assert_untouched({"x": x}, lambda x=x: student(x))
        assert_tensor(student(x), shape)
        assert_tensor(student(x.double()), shape, torch.float64)


@check(
    points=0.75,
    says="every number x becomes x · Φ(x), with the normal distribution's Φ, and not an approximation of it",
)
def test_values(student, reference, rng):
    for x in (rng.normal(4, 5), 3 * rng.normal(2, 3, 7)):
        assert_close(student(x), reference(x))
    # An approximation of Φ is off by 1e-4 and more; √2 taken of a float32 tensor is right, and off by 1e-8.
    x = rng.normal(6, 50, dtype=torch.float64)
    assert_close(student(x), reference(x), atol=2e-8, what="the float64 result")


@check(points=0.25, says="0 stays 0, and far from 0 the GELU is the ReLU, without overflow")
def test_edges(student, reference, rng):
    x = torch.tensor([0.0, 1.0, -1.0, 6.0, -6.0, 40.0, -40.0, 1e4, -1e4])
    assert_close(student(x[:1]), torch.zeros(1), what="the GELU of 0")
    for number in x:
        assert_close(student(number), reference(number), what=f"the GELU of {number.item():g}")


@check(points=0.25, says="each number is treated alone, in any memory layout, and gelu(x) - gelu(-x) is x")
def test_properties(student, reference, rng):
    x = rng.normal(5, 7, 3)
    assert_same(student(x)[2, 4, 1], student(x[2, 4, 1]), what="one number of a tensor, and the same number alone")
    assert_close(student(x) - student(-x), x, what="gelu(x) - gelu(-x)")
    turned = rng.normal(3, 7, 5).transpose(0, 2)
    assert_close(student(turned), reference(turned), what="the result for a non-contiguous x")


@check(points=0.25, says="the gradient is that of x · Φ(x), at 0 and far from it too")
def test_gradients(student, reference, rng):
    assert_same_gradients(student, reference, {"x": rng.normal(3, 5, 4)}, rng)
    x = torch.tensor([0.0, 5.0, -5.0, 100.0, -100.0])
    assert_same_gradients(student, reference, {"x": x}, rng)


@check(points=0.25, says="the GELU is built by you, not by a call of a ready-made one", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.normal(3, 4))
