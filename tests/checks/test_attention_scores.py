"""Hidden checks of lesson 01, exercise attention_scores."""

import torch
from nbjudge import assert_close, assert_same_gradients, assert_tensor, assert_untouched, check

LQ, LK, DK = 5, 7, 3


@check(
    points=0.5,
    says="scores have shape (..., L_q, L_k) for any number of leading dimensions, and keep the dtype",
)
def test_contract(student, rng):
    for lead in ((), (2,), (2, 4, 6)):
        query, key = rng.normal(*lead, LQ, DK), rng.normal(*lead, LK, DK)
        assert_tensor(student(query, key), (*lead, LQ, LK))
    assert_tensor(student(query.double(), key.double()), (*lead, LQ, LK), torch.float64)
    assert_tensor(student(query[:1, :1, :1, :1], key[:1, :1, :1]), (1, 1, 1, 1, LK))


@check(points=0.5, says="entry (i, j) is the dot product of query i and key j, divided by the square root of d_k")
def test_values(student, reference, rng):
    for lead in ((), (2, 4)):
        query, key = rng.normal(*lead, LQ, DK), rng.normal(*lead, LK, DK)
        assert_close(student(query, key), reference(query, key), what=f"scores with {len(lead)} leading dimensions")
    # A root taken of a float32 tensor is right too, and good to 1e-7 only, unless it is a whole number.
    for d_k, atol in ((DK, 1e-6), (4, 1e-9)):
        query, key = rng.normal(LQ, d_k, dtype=torch.float64), rng.normal(LK, d_k, dtype=torch.float64)
        assert_close(student(query, key), reference(query, key), atol=atol, what=f"float64 scores for d_k = {d_k}")


@check(points=0.5, says="the scale follows d_k and nothing else: not L_q, L_k or the number of heads")
def test_scale(student, reference, rng):
    # Sums of up to 100 products in float32: 3e-5 allows any order of summation.
    for lead, lq, lk, d in (((), 1, 2, 1), ((3,), 4, 4, 4), ((2, 5), 2, 9, 16), ((), 6, 3, 100)):
        query, key = rng.normal(*lead, lq, d), rng.normal(*lead, lk, d)
        assert_close(student(query, key), reference(query, key), atol=3e-5, what=f"scores for d_k = {d}, L_k = {lk}")


@check(points=0.25, says="square inputs (L_q = L_k = d_k) are no exception: the key is still transposed")
def test_square(student, reference, rng):
    query, key = rng.normal(2, 4, 4), rng.normal(2, 4, 4)
    assert_close(student(query, key), reference(query, key), what="scores of square inputs")


@check(points=0.25, says="the memory layout of the inputs is no matter, and they are left as they were")
def test_layout(student, reference, rng):
    query, key = rng.normal(2, LQ, 4, DK).transpose(1, 2), rng.normal(DK, 4, LK, 2).transpose(0, 3)
    assert_untouched({"query": query, "key": key}, lambda: student(query, key))
    assert_close(student(query, key), reference(query, key), what="scores of non-contiguous inputs")


@check(points=0.25, says="gradients reach the query and the key")
def test_gradients(student, reference, rng):
    inputs = {"query": rng.normal(2, LQ, DK), "key": rng.normal(2, LK, DK)}
    assert_same_gradients(student, reference, inputs, rng)


@check(points=0.25, says="large values stay exact: scores of ±1e4 are neither cut nor normalised")
def test_large(student, reference, rng):
    query, key = rng.normal(LQ, DK) * 100, rng.normal(LK, DK) * 100
    assert_close(student(query, key), reference(query, key), what="large scores")


@check(
    points=0.5,
    says="the scores are computed here, not taken from the given part",
    forbids=["attnkit.parts.attention_scores"],
)
def test_from_primitives(student, rng):
    student(rng.normal(2, LQ, DK), rng.normal(2, LK, DK))
