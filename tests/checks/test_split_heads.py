"""Hidden checks of lesson 02, exercise split_heads. Nothing is computed, so every value is exact."""

import torch
from nbjudge import (
    assert_close,
    assert_no_stub,
    assert_own_gradients,
    assert_raises,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
)

# Batch, length, heads, features of a head: no two alike, so that no axis can be taken for another.
B, L, H, DH = 2, 5, 3, 4


@check(
    points=0.25,
    says="the heads have shape (B, H, L, D/H) and the dtype of x, which stays untouched",
    asks="Which axis runs over the heads, and which over the positions?",
)
def test_contract(student, rng):
    x = rng.normal(B, L, H * DH)
    assert_tensor(student(x, H), (B, H, L, DH), axes=("B", "H", "L", "D/H"))
    assert_tensor(student(x.double(), num_heads=H), (B, H, L, DH), torch.float64)
    assert_untouched({"x": x}, lambda: student(x, H))


@check(
    points=0.5,
    says="head h holds features h·D/H to (h+1)·D/H - 1 of every position, whatever the sizes are",
    asks="Which features of the first position does head 0 hold?",
)
def test_values(student, reference, rng, example):
    x = torch.tensor([[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]])
    example(student, x, 2, gives=[[[[1, 2], [5, 6]], [[3, 4], [7, 8]]]])
    for batch, length, heads, size in (
        (B, L, H, DH),
        (3, 4, 2, 5),
        # As many heads as positions, or as features of a head.
        (2, 4, 4, 3),
        (4, 3, 4, 4),
        (3, 3, 3, 3),
        # One head, heads of one feature, one position, one row.
        (B, L, 1, 6),
        (B, L, 6, 1),
        (B, 1, 3, 2),
        (1, L, 2, 3),
        (1, 1, 1, 1),
    ):
        x = rng.normal(batch, length, heads * size)
        assert_close(student(x, heads), reference(x, heads), atol=0, what=f"{heads} heads of {length} positions")


@check(
    points=0.25,
    says="each row of the batch is split as it is alone, in any memory layout",
    asks="Do you use `view` where only `reshape` works, and does the batch stay the first axis?",
)
def test_layout(student, rng):
    x = rng.normal(B, L, H * DH)
    assert_no_stub(lambda x: student(x, H), x, what="the heads")
    heads = student(x, H)
    for row in range(B):
        assert_same(heads[row : row + 1], student(x[row : row + 1], H), atol=0, what=f"the heads of row {row}")
    for axes in ((0, 2), (0, 1)):
        turned = x.transpose(*axes).contiguous().transpose(*axes)
        assert_same(student(turned, H), heads, atol=0, what="the heads of a non-contiguous x")


@check(
    points=0.25,
    says="every number of x is in one head, at one place",
    asks="Is each feature in one head only?",
)
def test_content(student, rng):
    x = rng.normal(B, L, H * DH)
    assert_no_stub(lambda x: student(x, H), x, what="the heads")
    for heads in (H, 1, DH):
        seen, wanted = student(x, heads).flatten().sort().values, x.flatten().sort().values
        assert_same(seen, wanted, atol=0, what=f"the numbers in {heads} heads, sorted,")


@check(
    points=0.25,
    says="a number of heads that does not divide D is a ValueError with a message",
    asks="What remains where you divide D by the number of heads?",
)
def test_errors(student, rng):
    assert_no_stub(lambda x: student(x, H), rng.normal(B, L, H * DH))
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


@check(
    points=0.25,
    says="the gradient of every head flows back to the features that it came from",
    asks="Is there a step that records no gradient?",
)
def test_gradients(student, rng):
    x = rng.normal(B, L, H * DH, dtype=torch.float64)
    assert_no_stub(lambda x: student(x, H), x, what="the heads")
    assert_own_gradients(lambda x: student(x, H), {"x": x}, rng)


@check(
    points=0.25,
    says="the heads are split here, not by the given part",
    forbids=["attnkit.parts.split_heads"],
)
def test_from_primitives(student, rng):
    student(rng.normal(B, L, H * DH), H)
