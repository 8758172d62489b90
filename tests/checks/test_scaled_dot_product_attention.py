"""Hidden checks of lesson 01, exercise scaled_dot_product_attention."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_same,
    assert_same_gradients,
    assert_tensor,
    assert_untouched,
    check,
    unpack,
)

B, H, LQ, LK, DK, DV = 2, 3, 5, 7, 4, 6
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


def agree(seen, wanted, where):
    output, weights = both(seen)
    assert_close(weights, wanted[1], what=f"the weights {where}")
    assert_close(output, wanted[0], what=f"the output {where}")


@check(
    points=0.5,
    says="it returns (output, weights), shapes (..., L_q, d_v) and (..., L_q, L_k), in the dtype given",
)
def test_contract(student, rng):
    for lead in ((), (B,), (B, H, 2), (1, 1)):
        output, weights = both(student(*inputs(rng, lead)))
        assert_tensor(output, (*lead, LQ, DV), what="the output")
        assert_tensor(weights, (*lead, LQ, LK), what="the weights")
    output, weights = both(student(*inputs(rng, (B,), torch.float64)))
    assert_tensor(output, (B, LQ, DV), torch.float64, what="the output")
    assert_tensor(weights, (B, LQ, LK), torch.float64, what="the weights")


@check(
    points=0.75,
    says="the weights are the softmax of QKᵀ/√d_k, and the output is the weighted sum of the values",
)
def test_values(student, reference, rng):
    # √d_k is 2 here: a root taken of a float32 tensor, which is right too, is exact in float64.
    for lead, dtype in (((), torch.float32), ((B, H), torch.float32), ((B,), torch.float64)):
        given = inputs(rng, lead, dtype)
        agree(student(*given), reference(*given), f"with {len(lead)} leading dimensions")


@check(
    points=0.5,
    says="the scale follows d_k and not d_v, L_k or the number of heads; square inputs are no exception",
)
def test_scale(student, reference, rng):
    for lq, lk, d_k, d_v in ((3, 4, 1, 5), (2, 3, 16, 1), (4, 4, 4, 4), (6, 2, 64, 9)):
        given = rng.normal(B, lq, d_k), rng.normal(B, lk, d_k), rng.normal(B, lk, d_v)
        agree(student(*given), reference(*given), f"for d_k = {d_k}, d_v = {d_v}")


@check(
    points=0.75,
    says="a masked key contributes nothing to weights or output, for every mask shape that broadcasts",
)
def test_mask(student, reference, rng):
    given = inputs(rng)
    for shape in ((LK,), (LQ, LK), (B, 1, 1, LK), (B, 1, LQ, LK), (B, H, LQ, LK)):
        mask = rng.mask(*shape)
        agree(student(*given, mask), reference(*given, mask), f"under a mask of shape {shape}")
    agree(student(*given, mask=mask), reference(*given, mask), "with the mask given by name")
    given, mask = inputs(rng, ()), rng.mask(LQ, LK)
    agree(student(*given, mask), reference(*given, mask), "under a mask, with no leading dimension")


@check(
    points=0.5,
    says="a query that may attend to nothing gets weights 0 and output 0; large scores override no mask",
)
def test_edges(student, reference, rng):
    query, key, value = inputs(rng)
    mask = rng.mask(B, 1, LQ, LK)
    mask[0, 0, 2] = False
    for factor in (1.0, 300.0):
        given = query * factor, key * factor, value, mask
        agree(student(*given), reference(*given), "where one query may attend to nothing")
    given = torch.zeros(B, H, LQ, DK), key, value, mask
    agree(student(*given), reference(*given), "of queries of 0, which match every key alike")
    key, value = key[..., :1, :], value[..., :1, :]
    single = both(student(query[..., :1, :], key, value))
    assert_close(single[0], value, what="the output where there is a single key")
    given = query, key, value, torch.tensor([[True], [False], [True], [True], [False]])
    agree(student(*given), reference(*given), "where a single key is masked for some queries")


@check(
    points=0.25,
    says="permuting keys and values together changes nothing; permuting queries permutes the output",
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


@check(points=0.25, says="the memory layout of the inputs is no matter, and they are left as they were")
def test_layout(student, reference, rng):
    turned = [rng.normal(B, n, H, d).transpose(1, 2) for d, n in ((DK, LQ), (DK, LK), (DV, LK))]
    mask = rng.mask(B, H, LQ, LK)
    mask[1, 0, 3] = False
    named = dict(zip(("query", "key", "value", "mask"), (*turned, mask), strict=True))
    assert_untouched(named, lambda: student(*turned, mask))
    agree(student(*turned, mask), reference(*turned, mask), "of non-contiguous inputs")


@check(
    points=0.5,
    says="gradients reach query, key and value, and stay finite where a query may attend to nothing",
)
def test_gradients(student, reference, rng):
    given = dict(zip(("query", "key", "value"), inputs(rng, (B,)), strict=True))
    mask = rng.mask(B, LQ, LK)
    mask[1, 3] = False
    assert_same_gradients(student, reference, given, rng)
    assert_same_gradients(lambda *a: student(*a, mask), lambda *a: reference(*a, mask), given, rng)


@check(points=1, says="attention is built from its parts, not by a call of finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    both(student(*inputs(rng)))
    both(student(*inputs(rng), rng.mask(LQ, LK)))
