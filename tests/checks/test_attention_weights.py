"""Hidden checks of lesson 01, exercise attention_weights."""

import torch
from nbjudge import assert_close, assert_same, assert_same_gradients, assert_tensor, assert_untouched, check

B, H, LQ, LK = 2, 3, 5, 7
WHOLE = [
    "attnkit.parts.attention_weights",
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
]


@check(points=0.5, says="weights have the shape and dtype of the scores; scores and mask stay untouched")
def test_contract(student, rng):
    for lead in ((), (B,), (B, H, 4)):
        scores, mask = rng.normal(*lead, LQ, LK), rng.mask(LQ, LK)
        mask[2] = False
        assert_tensor(student(scores), (*lead, LQ, LK))
        assert_untouched({"the scores": scores, "the mask": mask}, lambda s=scores, m=mask: student(s, m))
    assert_tensor(student(scores.double(), mask), (*lead, LQ, LK), torch.float64)
    assert_tensor(student(scores[:1, :1, :1, :1, :1], mask[:1, :1]), (1, 1, 1, 1, 1))


@check(points=0.5, says="without a mask, every row is the softmax of its scores over the keys, and sums to 1")
def test_softmax(student, reference, rng):
    for scores in (rng.normal(LQ, LK), 3 * rng.normal(B, H, LQ, LK), rng.normal(LK, LK)):
        assert_close(student(scores), reference(scores))
    assert_close(student(scores).sum(-1), torch.ones(LK), what="the sum of the weights of each query")
    scores = rng.normal(B, LQ, LK, dtype=torch.float64)
    assert_close(student(scores), reference(scores), what="float64 weights")
    turned = rng.normal(LK, LQ, B).transpose(0, 2)
    assert_close(student(turned), reference(turned), what="weights of non-contiguous scores")
    assert_close(student(torch.zeros(LQ, LK)), torch.full((LQ, LK), 1 / LK), what="weights of equal scores")


@check(points=0.5, says="a masked key gets weight 0, and the others share 1 as if it were not there")
def test_mask(student, reference, rng):
    scores, mask = rng.normal(B, H, LQ, LK), rng.mask(B, H, LQ, LK)
    assert_close(student(scores, mask), reference(scores, mask))
    weights = student(scores, mask=mask)
    assert_close(weights.masked_fill(mask, 0.0), torch.zeros(B, H, LQ, LK), atol=0, what="the weights of masked keys")
    everything = torch.ones(LQ, LK, dtype=torch.bool)
    assert_same(student(scores, everything), student(scores), what="weights under a mask that allows everything")
    scores, mask = rng.normal(LQ, LK, dtype=torch.float64), rng.mask(LQ, LK)
    assert_close(student(scores, mask), reference(scores, mask), what="float64 weights under a mask")
    scores = torch.zeros(LQ, LK)
    assert_close(student(scores, mask), reference(scores, mask), what="weights of scores of 0 under a mask")


@check(
    points=0.5,
    says="a mask of any shape that broadcasts to the scores works, and each batch row uses its own",
)
def test_broadcast(student, reference, rng):
    scores = rng.normal(B, H, LQ, LK)
    for shape in ((LK,), (LQ, LK), (B, 1, 1, LK), (B, 1, LQ, LK), (1, H, 1, LK), (LQ, 1)):
        mask = rng.mask(*shape) if shape[-1] > 1 else torch.tensor([[True], [False], [True], [True], [False]])
        assert_close(student(scores, mask), reference(scores, mask), what=f"weights under a mask of shape {shape}")


@check(
    points=0.5,
    says="a query that may attend to nothing gets weights 0, never NaN, beside rows that are unchanged",
)
def test_empty_rows(student, reference, rng):
    scores, mask = rng.normal(B, LQ, LK), rng.mask(B, LQ, LK)
    mask[0, 2] = mask[1, 4] = False
    for shape in ((LQ, LK), (LK,), (B, 1, LK)):
        nothing = torch.zeros(shape, dtype=torch.bool)
        assert_close(student(scores, nothing), torch.zeros(B, LQ, LK), what="weights where nothing is allowed")
    assert_close(student(scores, mask), reference(scores, mask), what="weights where two queries may attend to nothing")
    single = torch.tensor([[True], [False], [True], [True], [False]])
    assert_close(student(scores[..., :1], single), single.float().expand(B, LQ, 1), what="the weights of a single key")
    mask = rng.mask(B, 1, LK)
    mask[0] = False
    assert_close(student(scores, mask), reference(scores, mask), what="weights where one of two batch rows is empty")


@check(points=0.5, says="no score is so large, or so small, that it overrides the mask or overflows")
def test_large(student, reference, rng):
    scores = rng.normal(B, LQ, LK)
    scores[0], scores[1, :, 0] = scores[0] * 1e4, 1e4
    mask = rng.mask(B, LQ, LK)
    assert_close(student(scores), reference(scores), what="weights for scores of ±1e4")
    mask[:, :, 0] = False
    mask[:, :, 3] = True
    assert_close(student(scores, mask), reference(scores, mask), what="weights where the largest score is masked")
    for far in (-2e5, -3e9):
        low = scores.clone()
        low[..., 1:] = far
        assert_close(student(low, mask), reference(low, mask), what=f"weights where the allowed scores are {far:.0e}")
    mask[:, 1] = False
    assert_close(student(scores, mask), reference(scores, mask), what="weights for scores of ±1e4 and an empty row")


@check(points=0.5, says="gradients are those of the masked softmax, and stay finite where a row is empty")
def test_gradients(student, reference, rng):
    scores, mask = rng.normal(B, LQ, LK), rng.mask(B, LQ, LK)
    assert_same_gradients(student, reference, {"the scores": scores}, rng)
    assert_same_gradients(lambda s: student(s, mask), lambda s: reference(s, mask), {"the scores": scores}, rng)
    mask[0, 1] = False
    assert_same_gradients(lambda s: student(s, mask), lambda s: reference(s, mask), {"the scores": scores}, rng)


@check(points=0.5, says="the weights are computed here, not taken from finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    student(rng.normal(B, LQ, LK), rng.mask(LQ, LK))
