"""Hidden checks of lesson 01, exercise scaled_dot_product_attention."""

import math

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    unpack,
)

B, H, LQ, LK, DK, DV = 2, 3, 5, 7, 4, 6
NAME = "scaled_dot_product_attention"
WHOLE = [
    "attnkit.parts.scaled_dot_product_attention",
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
]


def inputs(rng, lead=(B, H), dtype=torch.float32):
    return [rng.normal(*lead, *tail, dtype=dtype) for tail in ((LQ, DK), (LK, DK), (LK, DV))]


def both(result):
    return unpack(result, "output", "weights")


def same(seen, wanted, where, atol=None):
    for what, one, other in zip(("the output", "the weights"), both(seen), both(wanted), strict=True):
        assert_same(one, other, atol=atol, what=f"{what} {where}")


def shared_again(weights, mask):
    """Weights without those of masked keys, which the others share: what a mask makes of a softmax."""
    kept = weights.masked_fill(~mask, 0.0)
    return kept / kept.sum(-1, keepdim=True)


@check(
    points=0.5,
    says="it returns (output, weights), (..., L_q, d_v) and (..., L_q, L_k), in the dtype given, each matrix as alone",
    asks="In which order do you return the two, and which axes has each?",
)
def test_contract(student, rng):
    for lead, dtype in (
        ((), torch.float32),
        ((B,), torch.float32),
        ((B, H, 2), torch.float32),
        ((1, 1), torch.float32),
        ((B,), torch.float64),
    ):
        output, weights = both(student(*inputs(rng, lead, dtype)))
        assert_tensor(output, (*lead, LQ, DV), dtype, what="the output", axes=("...", "L_q", "d_v"))
        assert_tensor(weights, (*lead, LQ, LK), dtype, what="the weights", axes=("...", "L_q", "L_k"))
    for lead in ((B,), (4, 4)):
        given = inputs(rng, lead)
        assert_no_stub(lambda *some: both(student(*some))[0], *given, what="the output")
        alone = both(student(*(one[(-1,) * len(lead)] for one in given)))
        last = [part[(-1,) * len(lead)] for part in both(student(*given))]
        same(last, alone, f"of one matrix among {len(lead)} leading dimensions, compared with that matrix alone,")


@check(
    points=1,
    says="the weights are the softmax over the keys of QKᵀ/√d_k, whatever d_v, L_k and the number of heads are",
    asks="By what are the scores divided, and along which axis do your weights sum to 1?",
)
def test_weights(student, reference, rng):
    # √d_k = 2 halves the scores 2·ln 3 and 0, whose exponentials are then 3 and 1.
    query, key = torch.tensor([[2 * math.log(3.0), 0.0, 0.0, 0.0]]), torch.eye(2, 4)
    value = torch.tensor([[8.0], [4.0]])
    assert_example(lambda *given: both(student(*given))[1], query, key, value, gives=[[0.75, 0.25]], name=f"{NAME}[1]")
    # Where √d_k is a whole number, a root taken of a float32 tensor, which is right too, is exact in float64.
    for dtype in (torch.float32, torch.float64):
        given = inputs(rng, (), dtype)
        assert_close(both(student(*given))[1], reference(*given)[1], what="the weights")
    for lq, lk, d_k, d_v in ((3, 4, 1, 5), (2, 3, 16, 1), (4, 4, 4, 4), (6, 2, 64, 9)):
        given = rng.normal(lq, d_k), rng.normal(lk, d_k), rng.normal(lk, d_v)
        weights = both(student(*given))[1]
        assert_close(weights, reference(*given)[1], what=f"the weights for d_k = {d_k}, d_v = {d_v}")


@check(
    points=0.5,
    says="the output is the sum of the values, each times its weight: AV with the weights that are returned",
    asks="Which values does row i of the weights belong to?",
)
def test_output(student, rng):
    query, key, value = inputs(rng, ())
    assert_no_stub(lambda *given: both(student(*given))[0], query, key, value, what="the output")
    output, weights = both(student(query, key, value))
    assert_same(output, weights @ value, what="the output, compared with the returned weights times the values,")
    mask = rng.mask(LQ, LK)
    output, weights = both(student(query, key, value, mask))
    assert_same(output, weights @ value, what="the output under a mask, compared with the weights times the values,")


@check(
    points=0.75,
    says="a masked key contributes nothing to weights or output, for every mask shape that broadcasts",
    asks="Is the mask applied before the softmax, to the scores, with True for the keys that are seen?",
)
def test_mask(student, rng):
    query, key, value = inputs(rng)
    plain = both(student(query, key, value))[1]
    for shape in ((LK,), (LQ, LK), (B, 1, 1, LK), (B, 1, LQ, LK), (B, H, LQ, LK)):
        mask = rng.mask(*shape)
        weights = both(student(query, key, value, mask))[1]
        assert_no_stub(lambda q, k, m=mask: both(student(q, k, value, m))[1], query, key, what="the weights")
        assert_same(weights, shared_again(plain, mask), what=f"the weights of the keys left by a mask of shape {shape}")
    same(student(query, key, value, mask=mask), student(query, key, value, mask), "with the mask given by name")
    query_0 = torch.zeros_like(query)
    plain, weights = (both(student(query_0, key, value, *m))[1] for m in ((), (mask,)))
    assert_same(weights, shared_again(plain, mask), what="the weights of queries of 0, whose scores are all 0,")
    # What a masked key and value hold is no matter.
    mask = torch.ones(LK, dtype=torch.bool)
    mask[2] = False
    key_2, value_2 = key.clone(), value.clone()
    key_2[..., 2, :], value_2[..., 2, :] = 3.0, -5.0
    output = both(student(query, key, value, mask))[0]
    other = both(student(query, key_2, value_2, mask))[0]
    assert_same(other, output, what="the output where a masked key and its value are others")
    assert_different(output, both(student(query, key, value))[0], what="the output under a mask")


@check(
    points=0.5,
    says="a query that may attend to nothing gets weights 0 and output 0; large scores override no mask",
    asks="What becomes of a row of scores that is masked whole, and of a masked score above all others?",
)
def test_edges(student, rng):
    query, key, value = inputs(rng)
    assert_no_stub(lambda *given: both(student(*given))[0], query, key, value, what="the output")
    mask = rng.mask(B, 1, LQ, LK)
    wanted = [part.clone() for part in both(student(query, key, value, mask))]
    mask[0, 0, 2] = False
    for part in wanted:
        part[0, :, 2] = 0
    same(student(query, key, value, mask), wanted, "where one query may attend to nothing")
    # A query along one key, all others against it: the weights are 1 and 0, or 1/6 each where that key is masked.
    query, key = torch.zeros(1, DK), -torch.ones(LK, DK)
    query[:], key[2] = 1.0, 1.0
    hidden = torch.ones(LK, dtype=torch.bool)
    hidden[2] = False
    far = [both(student(size * query, key, value[0, 0], hidden)) for size in (30.0, 300.0, 1e5, 1e9)]
    for result in far[1:]:
        same(result, far[0], "where the masked score is far above the others")
    key, value = rng.normal(1, DK), value[0, 0, :1]
    assert_close(both(student(query, key, value))[0], value, what="the output where there is a single key")
    hidden = torch.tensor([[True], [False], [True], [True], [False]])
    wanted = [part * hidden for part in both(student(query.expand(LQ, DK), key, value))]
    same(student(query.expand(LQ, DK), key, value, hidden), wanted, "where a single key is masked for some queries")


@check(
    points=0.25,
    says="permuting keys and values together changes nothing; permuting queries permutes the output",
    asks="Does a position of the sequence count for anything, which it should not?",
)
def test_equivariance(student, rng):
    query, key, value = inputs(rng, (B,))
    output, weights = both(student(query, key, value))
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    shuffled, moved = both(student(query, key[:, order], value[:, order]))
    assert_same(shuffled, output, what="the output for shuffled keys and values")
    assert_same(moved, weights[..., order], what="the weights for shuffled keys")
    assert_different(moved, weights, everywhere=True, what="the weights for keys in another order")
    turned = torch.tensor([4, 2, 0, 3, 1])
    shuffled, _ = both(student(query[:, turned], key, value))
    assert_same(shuffled, output[:, turned], what="the output for shuffled queries")
    assert_different(shuffled, output, what="the output for queries in another order")


@check(
    points=0.25,
    says="the memory layout of the inputs is no matter, and they are left as they were",
    asks="Do you use `view` where only `reshape` works, or write to what the caller gave?",
)
def test_layout(student, rng):
    turned = [rng.normal(B, n, H, d).transpose(1, 2) for d, n in ((DK, LQ), (DK, LK), (DV, LK))]
    mask = rng.mask(B, H, LQ, LK)
    mask[1, 0, 3] = False
    assert_no_stub(lambda *given: both(student(*given))[0], *turned, what="the output")
    named = dict(zip(("query", "key", "value", "mask"), (*turned, mask), strict=True))
    assert_untouched(named, lambda: student(*turned, mask))
    straight = [one.contiguous() for one in turned]
    same(student(*turned), student(*straight), "of non-contiguous inputs")


@check(
    points=0.25,
    says="gradients reach query, key and value, and stay finite where a query may attend to nothing",
    asks="Is there a step from the inputs to output and weights that records no gradient?",
)
def test_gradients(student, rng):
    given = dict(zip(("query", "key", "value"), inputs(rng, (B,), torch.float64), strict=True))
    mask = rng.mask(B, LQ, LK)
    mask[1, 3] = False
    for part, name in ((0, "the output"), (1, "the weights")):
        for extra in ((), (mask,)):
            chosen = given if part == 0 else {key: given[key] for key in ("query", "key")}
            rest = () if part == 0 else (given["value"],)
            assert_own_gradients(
                lambda *a, rest=rest, extra=extra, part=part: both(student(*a, *rest, *extra))[part],
                chosen,
                rng,
                what=f"the gradient of {name} for",
            )


@check(points=1, says="attention is built from its parts, not by a call of finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    both(student(*inputs(rng)))
    both(student(*inputs(rng), rng.mask(LQ, LK)))
