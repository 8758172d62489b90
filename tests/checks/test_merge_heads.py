"""Hidden checks of lesson 02, exercise merge_heads. Nothing is computed, so every value is exact."""

import torch
from nbjudge import assert_close, assert_same_gradients, assert_tensor, assert_untouched, check

# Batch, heads, length, features of a head: no two alike, so that no axis can be taken for another.
B, H, L, DH = 2, 3, 5, 4


@check(points=0.25, says="the result has shape (B, L, H·d) and the dtype of x, which stays untouched")
def test_contract(student, rng):
    x = rng.normal(B, H, L, DH)
    assert_tensor(student(x), (B, L, H * DH))
    assert_tensor(student(x.double()), (B, L, H * DH), torch.float64)
    assert_untouched({"x": x}, lambda: student(x))


@check(points=0.5, says="every position gets its features of head 0 first, then those of head 1, and so on")
def test_values(student, reference, rng):
    x = rng.normal(B, H, L, DH)
    merged = student(x)
    assert_close(merged, reference(x), atol=0)
    for h in range(H):
        assert_close(merged[..., h * DH : (h + 1) * DH], x[:, h], atol=0, what=f"the part of head {h}")


@check(points=0.25, says="merging undoes splitting")
def test_inverse(student, rng):
    for batch, length, heads, size in ((B, L, H, DH), (3, 2, 5, 6)):
        x = rng.normal(batch, length, heads * size, dtype=torch.float64)
        split = torch.stack(x.split(size, dim=-1), dim=1)
        assert_close(student(split), x, atol=0, what="what was split and merged")
        split = x.unflatten(-1, (heads, size)).transpose(1, 2)  # the same, not contiguous
        assert_close(student(split), x, atol=0, what="what was split, not contiguous in memory, and merged")


@check(points=0.25, says="where there are as many heads as positions, or as features of a head, nothing is mixed up")
def test_square(student, reference, rng):
    for shape in ((2, 4, 4, 3), (4, 4, 3, 4), (3, 3, 3, 3)):
        x = rng.normal(*shape)
        assert_close(student(x), reference(x), atol=0, what=f"the merged heads of shape {shape}")


@check(points=0.25, says="one head, heads of one feature, one position and one batch row are no exceptions")
def test_edges(student, reference, rng):
    for shape in ((B, 1, L, DH), (B, H, L, 1), (B, H, 1, DH), (1, H, L, DH), (1, 1, 1, 1)):
        x = rng.normal(*shape)
        assert_close(student(x), reference(x), atol=0, what=f"the merged heads of shape {shape}")


@check(points=0.25, says="the gradient flows back to the head that it came from")
def test_gradients(student, reference, rng):
    assert_same_gradients(student, reference, {"x": rng.normal(B, H, L, DH)}, rng, atol=0)


@check(
    points=0.25,
    says="the heads are merged here, not by the given part",
    forbids=["attnkit.parts.merge_heads"],
)
def test_from_primitives(student, rng):
    student(rng.normal(B, H, L, DH))
