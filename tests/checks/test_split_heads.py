"""Hidden checks of lesson 02, exercise split_heads. Nothing is computed, so every value is exact."""

import torch
from nbjudge import assert_close, assert_raises, assert_same_gradients, assert_tensor, assert_untouched, check

# Batch, length, heads, features of a head: no two alike, so that no axis can be taken for another.
B, L, H, DH = 2, 5, 3, 4


@check(points=0.25, says="the heads have shape (B, H, L, D/H) and the dtype of x, which stays untouched")
def test_contract(student, rng):
    x = rng.normal(B, L, H * DH)
    assert_tensor(student(x, H), (B, H, L, DH))
    assert_tensor(student(x.double(), num_heads=H), (B, H, L, DH), torch.float64)
    assert_untouched({"x": x}, lambda: student(x, H))


@check(points=0.5, says="head h holds features h·D/H to (h+1)·D/H - 1 of every position")
def test_values(student, reference, rng):
    x = rng.normal(B, L, H * DH)
    heads = student(x, H)
    assert_close(heads, reference(x, H), atol=0)
    for h in range(H):
        assert_close(heads[:, h], x[:, :, h * DH : (h + 1) * DH], atol=0, what=f"head {h}")
    x = rng.normal(3, 4, 10, dtype=torch.float64)
    assert_close(student(x, 2), reference(x, 2), atol=0, what="two heads of five features")


@check(points=0.25, says="where there are as many heads as positions, or as features of a head, nothing is mixed up")
def test_square(student, reference, rng):
    for batch, length, heads, size in ((2, 4, 4, 3), (4, 3, 4, 4), (3, 3, 3, 3)):
        x = rng.normal(batch, length, heads * size)
        assert_close(student(x, heads), reference(x, heads), atol=0, what=f"{heads} heads of {length} positions")


@check(points=0.25, says="one head, heads of one feature, one position and any memory layout are no exceptions")
def test_edges(student, reference, rng):
    for batch, length, features, heads in ((B, L, 6, 1), (B, L, 6, 6), (B, 1, 6, 3), (1, L, 6, 2), (1, 1, 1, 1)):
        x = rng.normal(batch, length, features)
        assert_close(student(x, heads), reference(x, heads), atol=0, what=f"{heads} heads of {features} features")
    for x in (rng.normal(H * DH, L, B).transpose(0, 2), rng.normal(L, B, H * DH).transpose(0, 1)):
        assert_close(student(x, H), reference(x, H), atol=0, what="the heads of a non-contiguous x")


@check(points=0.25, says="a number of heads that does not divide D is a ValueError with a message")
def test_errors(student, rng):
    for features, heads in ((10, 3), (4, 8), (7, 2)):
        what = f"{heads} heads of {features} features"
        assert_raises(ValueError, student, rng.normal(B, L, features), heads, what=what)
    # L · D is divisible here, though D is not.
    assert_raises(ValueError, student, rng.normal(B, 6, 10), 4, what="4 heads of 10 features")
    # And here L is, or B.
    for batch, length in ((B, 4), (4, L)):
        assert_raises(
            ValueError, student, rng.normal(batch, length, 10), 4, what=f"4 heads of 10 features, L = {length}"
        )


@check(points=0.25, says="the gradient of every head flows back to the features that it came from")
def test_gradients(student, reference, rng):
    x = {"x": rng.normal(B, L, H * DH)}
    assert_same_gradients(lambda x: student(x, H), lambda x: reference(x, H), x, rng, atol=0)


@check(
    points=0.25,
    says="the heads are split here, not by the given part",
    forbids=["attnkit.parts.split_heads"],
)
def test_from_primitives(student, rng):
    student(rng.normal(B, L, H * DH), H)
