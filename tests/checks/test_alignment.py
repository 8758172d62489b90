"""Hidden checks of lesson 08, exercise alignment."""

import torch
from nbjudge import assert_close, assert_tensor, assert_untouched, check, expect

# Batch, heads, target length, source length: no two alike.
B, H, LQ, LK = 3, 4, 5, 7


def draw(rng, *shape, dtype=torch.float32):
    """Attention weights whose mean over the heads has a clear largest entry in every row."""
    while True:
        weights = torch.softmax(2 * rng.normal(*shape, dtype=dtype), dim=-1)
        best = weights.mean(1).topk(min(2, shape[-1])).values
        if shape[-1] == 1 or (best[..., 0] - best[..., 1]).min() > 1e-3:
            return weights


@check(points=0.5, says="it returns one source position per target position, a long tensor (B, L_q)")
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        weights = draw(rng, B, H, LQ, LK, dtype=dtype)
        found = student(weights)
        assert_tensor(found, (B, LQ), torch.long)
        inside = bool((found >= 0).all() and (found < LK).all())
        expect(inside, "positions from 0 to L_k - 1", f"{int(found.min())} to {int(found.max())}")
        assert_untouched({"weights": weights}, lambda w=weights: student(w))


@check(points=0.75, says="it is the position whose weight, averaged over the heads, is largest")
def test_values(student, reference, rng):
    for shape in ((B, H, LQ, LK), (4, 3, 7, 5), (2, 5, 9, 6)):
        for dtype in (torch.float32, torch.float64):
            weights = draw(rng, *shape, dtype=dtype)
            assert_close(student(weights), reference(weights), what=f"the alignment of weights {shape}")
    weights = draw(rng, 4, 4, 4, 4)
    assert_close(student(weights), reference(weights), what="the alignment where all sizes are equal")
    order = torch.tensor([2, 0, 3, 1])
    assert_close(student(weights[:, order]), reference(weights), what="the alignment for shuffled heads")


@check(points=0.25, says="the heads decide together: neither the surest head nor most of the heads alone")
def test_together(student):
    # By the mean 2; by the surest head, most heads, the median, the product or a single head another one.
    sure = torch.tensor([[0.9, 0.0, 0.1], [0.0, 0.3, 0.7], [0.0, 0.2, 0.8], [0.4, 0.2, 0.4]])
    votes = torch.tensor([[0.5, 0.1, 0.4], [0.55, 0.0, 0.45], [0.0, 0.3, 0.7]])
    neither = torch.tensor([[0.5, 0.1, 0.4], [0.0, 0.55, 0.45]])
    silent = torch.tensor([[0.1, 0.5, 0.4], [0.3, 0.4, 0.3], [0.6, 0.4, 0.0], [0.0, 0.0, 1.0]])
    for heads in (sure, votes, neither, silent):
        found = student(heads[None, :, None])
        assert_close(found, torch.tensor([[2]]), what="the position with the largest mean weight")


@check(
    points=0.25, says="one head, one sentence, one position, a long source, a narrow lead, padding and any layout work"
)
def test_edges(student, reference, rng):
    for shape in ((1, H, LQ, LK), (B, 1, LQ, LK), (B, H, 1, LK), (B, H, LQ, 1), (1, 1, 1, 1)):
        weights = draw(rng, *shape)
        assert_close(student(weights), reference(weights), what=f"the alignment of weights {shape}")
    long = torch.softmax(rng.normal(2, 3, 4, 300), dim=-1)
    long[0, :, :, 271] = long[1, :, :, 298] = 0.5
    assert_close(student(long), reference(long), what="the alignment with a source of 300 positions")
    narrow = torch.tensor([[0.3333, 0.33332, 0.33338], [0.3333, 0.33334, 0.33336]])[None, :, None]
    assert_close(student(narrow), torch.tensor([[2]]), what="the alignment where the lead is narrow")
    weights = draw(rng, B, H, LQ, LK)
    for axes in ((1, 2), (2, 3), (0, 3)):
        strided = weights.transpose(*axes).contiguous().transpose(*axes)
        assert_close(student(strided), reference(weights), what="the alignment of non-contiguous weights")
    # The second sentence ends in padding, and one of its queries may attend to nothing: its answer is open.
    padded = draw(rng, B, H, LQ, LK)
    padded[1, :, :, 4:] = 0.0
    padded[1, :, 3] = 0.0
    found, wanted, rows = student(padded), reference(padded), torch.tensor([0, 1, 2, 4])
    assert_tensor(found, (B, LQ), torch.long)
    assert_close(found[:, rows], wanted[:, rows], what="the alignment with padding")


@check(points=0.25, says="weights straight from a layer, which require gradients, are aligned like others")
def test_with_gradients(student, reference, rng):
    weights = draw(rng, B, H, LQ, LK).requires_grad_()
    wanted = reference(weights.detach())
    assert_close(student(weights), wanted, what="the alignment of weights that require gradients")
