"""Hidden checks of lesson 02, exercise merge_heads. Nothing is computed, so every value is exact."""

import torch
from nbjudge import (
    assert_close,
    assert_no_stub,
    assert_own_gradients,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
)

# Batch, heads, length, features of a head: no two alike, so that no axis can be taken for another.
B, H, L, DH = 2, 3, 5, 4
ONES = ((B, 1, L, DH), (B, H, L, 1), (B, H, 1, DH), (1, H, L, DH), (1, 1, 1, 1))


def merge(student, x):
    """The merged heads, in the shape that the contract asks for where the numbers fill it."""
    merged, (batch, heads, length, size) = student(x), x.shape
    return merged.reshape(batch, length, heads * size) if merged.numel() == x.numel() else merged


@check(
    points=0.25,
    says="the result has shape (B, L, H·d) and the dtype of x, which stays untouched",
    asks="Which two axes become one?",
)
def test_contract(student, rng):
    x = rng.normal(B, H, L, DH)
    assert_tensor(student(x), (B, L, H * DH), axes=("B", "L", "H·d"))
    assert_tensor(student(x.double()), (B, L, H * DH), torch.float64)
    assert_untouched({"x": x}, lambda: student(x))
    for batch, heads, length, size in ONES:
        assert_tensor(student(rng.normal(batch, heads, length, size)), (batch, length, heads * size))


@check(
    points=0.5,
    says="every position gets its features of head 0 first, then those of head 1, and so on: splitting is undone",
    asks="Which numbers of which heads stand side by side at the first position?",
)
def test_values(student, reference, rng, example):
    x = torch.tensor([[[[1.0, 2.0], [5.0, 6.0]], [[3.0, 4.0], [7.0, 8.0]]]])
    example(lambda x: merge(student, x), x, gives=[[[1, 2, 3, 4], [5, 6, 7, 8]]])
    for shape in (
        (B, H, L, DH),
        # As many heads as positions, or as features of a head.
        (2, 4, 4, 3),
        (4, 4, 3, 4),
        (3, 3, 3, 3),
        # One head, heads of one feature, one position, one row.
        *ONES,
    ):
        x = rng.normal(*shape)
        assert_close(merge(student, x), reference(x), atol=0, what=f"the merged heads of shape {shape}")
    x = rng.normal(B, L, H * DH)
    split = torch.stack(x.split(DH, dim=-1), dim=1)
    assert_close(merge(student, split), x, atol=0, what="what was split and merged")


@check(
    points=0.25,
    says="each row of the batch is merged as it is alone, in any memory layout",
    asks="Does `view` work after `transpose`, and does the batch stay the first axis?",
)
def test_layout(student, rng):
    x = rng.normal(B, H, L, DH)
    assert_no_stub(student, x, what="the merged heads")
    merged = merge(student, x)
    for row in range(B):
        assert_same(
            merged[row : row + 1], merge(student, x[row : row + 1]), atol=0, what=f"the merged heads of row {row}"
        )
    for axes in ((1, 2), (0, 3)):
        turned = x.transpose(*axes).contiguous().transpose(*axes)
        assert_same(merge(student, turned), merged, atol=0, what="the merged heads of a non-contiguous x")


@check(
    points=0.25,
    says="every number of every head is there, at one place",
    asks="What becomes of the second head?",
)
def test_content(student, rng):
    for shape in ((B, H, L, DH), (B, 1, L, DH), (1, L, 1, DH)):
        x = rng.normal(*shape)
        assert_no_stub(student, x, what="the merged heads")
        seen, wanted = student(x).flatten().sort().values, x.flatten().sort().values
        assert_same(seen, wanted, atol=0, what="the merged numbers, sorted,")


@check(
    points=0.25,
    says="the gradient flows back to the head that it came from",
    asks="Is there a step that records no gradient?",
)
def test_gradients(student, rng):
    x = rng.normal(B, H, L, DH, dtype=torch.float64)
    assert_no_stub(student, x, what="the merged heads")
    assert_own_gradients(student, {"x": x}, rng)


@check(
    points=0.5,
    says="the heads are merged here, not by the given part",
    forbids=["attnkit.parts.merge_heads"],
)
def test_from_primitives(student, rng):
    student(rng.normal(B, H, L, DH))
