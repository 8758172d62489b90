"""Hidden checks of lesson 08, exercise alignment (2 points)."""

import torch
from nbjudge import assert_close, assert_tensor, assert_untouched, check

B, H, LQ, LK = 2, 3, 5, 7


def weights_of(rng, *shape, dtype=torch.float32, sharpness=1.5):
    """Weights as attention makes them. No two means of a row are nearly alike: rng's numbers see to that."""
    return torch.softmax(sharpness * rng.normal(*shape, dtype=dtype), dim=-1)


@check(points=0.25, says="the result is a long tensor of shape (B, L_q), and the weights stay as they were")
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        weights = weights_of(rng, B, H, LQ, LK, dtype=dtype)
        assert_untouched({"weights": weights}, lambda w=weights: student(w))
        assert_tensor(student(weights), (B, LQ), torch.int64)
    assert_tensor(student(weights_of(rng, B, H, LQ, LK).requires_grad_()), (B, LQ), torch.int64)


@check(points=0.75, says="each target position gets the source position where the mean weight of all heads is largest")
def test_values(student, reference, rng):
    for shape in ((B, H, LQ, LK), (3, 2, 6, 4), (1, 8, 4, 9)):
        for dtype in (torch.float32, torch.float64):
            weights = weights_of(rng, *shape, dtype=dtype)
            assert_close(student(weights), reference(weights), what=f"the alignment of weights of shape {shape}")


@check(points=0.5, says="the heads count alike: what both like well wins over the favourites of single heads")
def test_heads(student, reference, rng):
    # Favourites differ, and the one that most heads prefer, or that one head likes best of all, is not the one.
    heads = [[0.6, 0.4, 0.0, 0.0], [0.0, 0.4, 0.6, 0.0], [0.0, 0.35, 0.05, 0.6]]
    majority = [[0.5, 0.45, 0.05, 0.0], [0.5, 0.45, 0.05, 0.0], [0.05, 0.9, 0.05, 0.0]]
    weights = torch.tensor([heads, majority])[:, :, None]
    assert_close(student(weights), torch.tensor([[1], [1]]), what="the alignment where the heads' favourites differ")
    blurred = torch.tensor([[0.05, 0.95, 0.0, 0.0], [0.35, 0.05, 0.6, 0.0], [0.5, 0.0, 0.5, 0.0]])[None, :, None]
    assert_close(student(blurred), reference(blurred), what="the alignment where one head is surer than the others")
    weights = weights_of(rng, B, H, LQ, LK)
    order = torch.tensor([2, 0, 1])
    assert_close(student(weights[:, order]), student(weights), what="the alignment for shuffled heads")


@check(points=0.5, says="square weights, one head, single positions and any memory layout work like everything else")
def test_edges(student, reference, rng):
    for shape in ((4, 4, 4, 4), (B, 1, LQ, LK), (B, H, 1, LK), (B, H, LQ, 1), (1, 1, 1, 1)):
        weights = weights_of(rng, *shape)
        assert_close(student(weights), reference(weights), what=f"the alignment of weights of shape {shape}")
    weights = weights_of(rng, B, H, LQ, LK)
    turned = weights.permute(3, 1, 0, 2).contiguous().permute(2, 1, 3, 0)
    assert_close(student(turned), reference(weights), what="the alignment of non-contiguous weights")
    assert_close(student(weights[1:]), reference(weights)[1:], what="the alignment of one row of the batch alone")
