"""Hidden checks of lesson 01, exercise attention_weights."""

import math

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
)

B, H, LQ, LK = 2, 3, 5, 7
WHOLE = [
    "attnkit.parts.attention_weights",
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
]


def shared_again(weights, mask):
    """Weights without those of masked keys, which the others share: what a mask makes of a softmax."""
    kept = weights.masked_fill(~mask, 0.0)
    return kept / kept.sum(-1, keepdim=True)


@check(
    points=0.5,
    says="weights have the shape and dtype of the scores; scores and mask stay untouched",
    asks="Do you write to the scores or the mask, as `masked_fill_` does?",
)
def test_contract(student, rng):
    for lead in ((), (B,), (B, H, 4)):
        scores, mask = rng.normal(*lead, LQ, LK), rng.mask(LQ, LK)
        mask[2] = False
        assert_tensor(student(scores), (*lead, LQ, LK), axes=("...", "L_q", "L_k"), what="the weights")
        assert_untouched({"the scores": scores, "the mask": mask}, lambda s=scores, m=mask: student(s, m))
    assert_tensor(student(scores.double(), mask), (*lead, LQ, LK), torch.float64, what="the weights")
    single = scores[:1, :1, :1, :1, :1]
    for given in ((single,), (single, mask[:1, :1])):
        assert_tensor(student(*given), (1, 1, 1, 1, 1), what="a single weight")


@check(
    points=0.75,
    says="without a mask, every row is the softmax of its scores over the keys, and sums to 1",
    asks="Along which axis do your weights sum to 1?",
)
def test_softmax(student, reference, rng, example):
    example(student, torch.tensor([[0.0, math.log(3.0)], [0.0, 0.0]]), gives=[[0.25, 0.75], [0.5, 0.5]])
    for scores in (rng.normal(LQ, LK), 3 * rng.normal(B, H, LQ, LK), rng.normal(LK, LK)):
        assert_close(student(scores), reference(scores), what="the weights")
    scores = rng.normal(B, LQ, LK, dtype=torch.float64)
    assert_close(student(scores), reference(scores), what="float64 weights")
    turned = rng.normal(LK, LQ, B).transpose(0, 2)
    assert_same(student(turned), student(turned.contiguous()), what="weights of non-contiguous scores")


@check(
    points=0.5,
    says="a masked key gets weight 0, and the others share 1 as if it were not there",
    asks="Where the mask is True, may the query attend or not, and is the mask applied before the softmax?",
)
def test_mask(student, rng, example):
    three, mask = torch.tensor([[0.0, math.log(3.0), 2.0]]), torch.tensor([[True, True, False]])
    first = student(three)
    example(student, three, mask, gives=shared_again(first, mask).tolist())
    for dtype in (torch.float32, torch.float64):
        scores, mask = rng.normal(B, H, LQ, LK, dtype=dtype), rng.mask(B, H, LQ, LK)
        assert_no_stub(student, scores, mask, what="the weights")
        assert_same(student(scores, mask), shared_again(student(scores), mask), what="the weights of the keys left")
    weights = student(scores, mask=mask).masked_fill(mask, 0.0)
    assert_same(weights, torch.zeros_like(weights), atol=0, what="the weights of masked keys")
    everything = torch.ones(LQ, LK, dtype=torch.bool)
    assert_same(student(scores, everything), student(scores), what="weights under a mask that allows everything")
    scores, mask = torch.zeros(LQ, LK), rng.mask(LQ, LK)
    assert_same(student(scores, mask), shared_again(student(scores), mask), what="weights of scores of 0 under a mask")


@check(
    points=0.5,
    says="a mask of any shape that broadcasts to the scores works, and each batch row uses its own",
    asks="Does your mask get an axis, or lose one, that the caller gave it?",
)
def test_broadcast(student, rng):
    scores = rng.normal(B, H, LQ, LK)
    assert_no_stub(student, scores, what="the weights")
    for shape in ((LK,), (LQ, LK), (B, 1, 1, LK), (B, 1, LQ, LK), (1, H, 1, LK)):
        mask = rng.mask(*shape)
        whole = mask.expand(B, H, LQ, LK).contiguous()
        assert_same(student(scores, mask), student(scores, whole), what=f"weights under a mask of shape {shape}")
        # Row by row, each has the mask that is its own.
        for b in range(B):
            alone = student(scores[b], whole[b])
            assert_same(student(scores, mask)[b], alone, what=f"weights of one batch row under a mask of {shape}")


@check(
    points=0.5,
    says="a query that may attend to nothing gets weights 0, never NaN, beside rows that are unchanged",
    asks="What does your code make of a row that is masked whole?",
)
def test_empty_rows(student, rng, example):
    example(student, torch.zeros(1, 2), torch.tensor([[False, False]]), gives=[[0, 0]])
    scores, mask = rng.normal(B, LQ, LK), rng.mask(B, LQ, LK)
    assert_no_stub(student, scores, mask, what="the weights")
    for shape in ((LQ, LK), (LK,), (B, 1, LK)):
        nothing = torch.zeros(shape, dtype=torch.bool)
        assert_close(student(scores, nothing), torch.zeros(B, LQ, LK), what="weights where nothing is allowed")
    before = student(scores, mask)
    mask[0, 2] = mask[1, 4] = False
    before[0, 2] = before[1, 4] = 0
    assert_same(student(scores, mask), before, what="weights where two queries may attend to nothing")
    single = torch.tensor([[True], [False], [True], [True], [False]])
    before = student(scores)
    assert_same(student(scores, single), before * single, what="weights where the mask has one column")
    assert_close(student(scores[..., :1], single), single.float().expand(B, LQ, 1), what="the weights of a single key")
    mask = rng.mask(B, 1, LK)
    before = student(scores, mask)
    mask[0] = False
    before[0] = 0
    assert_same(student(scores, mask), before, what="weights where one of two batch rows is empty")


@check(
    points=0.5,
    says="no score is so large, or so small, that it overrides the mask or overflows",
    asks="Which number stands for a masked score, and can a score be further from 0?",
)
def test_large(student, rng):
    scores = rng.normal(B, LQ, LK)
    assert_no_stub(student, scores, what="the weights")
    # What is added to all scores of a row changes nothing.
    moved = scores.double() + 1e4
    assert_same(student(moved), student(moved - 1e4), atol=1e-8, what="weights for scores near 1e4")
    one = torch.zeros(LQ, LK)
    one[:, 3] = 1.0
    mask = torch.ones(LQ, LK, dtype=torch.bool)
    mask[:, 3] = False
    # What a score 30 above the others does, any higher one does, masked or not.
    plain = [student(sign * 30 * one, mask) for sign in (1, -1)]
    for size in (1e4, 2e5, 3e9):
        high, low = size * one, size * (one - 1)
        for given in (high, low):
            assert_close(student(given), one, what=f"weights where one score is {size:.0e} above the others")
        for sign, small in zip((1, -1), plain, strict=True):
            what = f"weights where a masked score is {size:.0e} {'above' if sign > 0 else 'below'} the others"
            assert_same(student(sign * size * one, mask), small, what=what)
        assert_same(student(low, mask), plain[0], what=f"weights where the allowed scores are -{size:.0e}")


@check(
    points=0.25,
    says="gradients are those of the weights, and stay finite where a row is empty",
    asks="Is there a 0 / 0, or a NaN that you replace afterwards, on the way back?",
)
def test_gradients(student, rng):
    scores, mask = rng.normal(B, LQ, LK, dtype=torch.float64), rng.mask(B, LQ, LK)
    assert_different(student(scores), scores, what="the weights, beside the scores,")
    assert_own_gradients(student, {"the scores": scores}, rng)
    assert_own_gradients(lambda s: student(s, mask), {"the scores": scores}, rng)
    mask[0, 1] = False
    assert_own_gradients(lambda s: student(s, mask), {"the scores": scores}, rng)


@check(points=0.5, says="the weights are computed here, not taken from finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    student(rng.normal(B, LQ, LK), rng.mask(LQ, LK))
