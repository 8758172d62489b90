"""Hidden checks of lesson 01, exercise attention_scores."""

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

LQ, LK, DK = 5, 7, 3


def inputs(rng, lead=(), lq=LQ, lk=LK, d_k=DK, dtype=torch.float32):
    return rng.normal(*lead, lq, d_k, dtype=dtype), rng.normal(*lead, lk, d_k, dtype=dtype)


@check(
    points=0.5,
    says="scores have shape (..., L_q, L_k) for any number of leading dimensions, and keep the dtype",
    asks="Which axis of your scores runs over the queries, which over the keys, and what becomes of those before?",
)
def test_contract(student, rng):
    for lead in ((), (2,), (2, 4, 6)):
        query, key = inputs(rng, lead)
        assert_tensor(student(query, key), (*lead, LQ, LK), axes=("...", "L_q", "L_k"), what="the scores")
    assert_tensor(student(query.double(), key.double()), (*lead, LQ, LK), torch.float64, what="the scores")
    assert_tensor(student(query[:1, :1, :1, :1], key[:1, :1, :1]), (1, 1, 1, 1, LK), what="the scores of one query")


@check(
    points=0.75,
    says="entry (i, j) is the dot product of query i and key j, divided by the square root of d_k",
    asks="By what do you divide the dot product, and for which i and j?",
)
def test_values(student, reference, rng, example):
    query, key = torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    example(student, query, key, gives=[[2 / 2**0.5, 6 / 2**0.5]])
    # Sums of up to 100 products in float32: 3e-5 allows any order of summation.
    for lead, lq, lk, d in (((), LQ, LK, DK), ((3,), 4, 4, 4), ((2, 5), 2, 9, 16), ((), 6, 3, 100), ((), 1, 2, 1)):
        query, key = inputs(rng, lead, lq, lk, d)
        assert_close(student(query, key), reference(query, key), atol=3e-5, what=f"scores for d_k = {d}, L_k = {lk}")


@check(
    points=0.25,
    says="every pair of a query and a key is scored alone, whatever others stand beside it",
    asks="Does a score depend on anything but its own query and its own key?",
)
def test_alone(student, rng):
    query, key = inputs(rng, (2, 4))
    assert_no_stub(student, query, key, what="the scores")
    whole = student(query, key)
    assert_same(student(query[1, 2], key[1, 2]), whole[1, 2], what="the scores without leading dimensions")
    assert_same(student(query[..., 1:3, :], key), whole[..., 1:3, :], what="the scores of two of the queries")
    assert_same(student(query, key[..., 2:5, :]), whole[..., 2:5], what="the scores of three of the keys")
    # Turned and exchanged, the same pairs meet.
    assert_same(student(key, query), whole.transpose(-2, -1), what="the scores with query and key exchanged")


@check(
    points=0.25,
    says="the memory layout of the inputs is no matter, and they are left as they were",
    asks="Do you write to a tensor that the caller still needs, as `/=` does?",
)
def test_layout(student, rng):
    query, key = rng.normal(2, LQ, 4, DK).transpose(1, 2), rng.normal(DK, 4, LK, 2).transpose(0, 3)
    assert_no_stub(student, query, key, what="the scores")
    assert_untouched({"query": query, "key": key}, lambda: student(query, key))
    same = student(query.contiguous(), key.contiguous())
    assert_same(student(query, key), same, what="scores of non-contiguous inputs")


@check(
    points=0.25,
    says="gradients reach the query and the key",
    asks="Does every step from the query to the scores stay with tensors that record gradients?",
)
def test_gradients(student, rng):
    query, key = inputs(rng, (2,), dtype=torch.float64)
    assert_own_gradients(student, {"query": query, "key": key}, rng)


@check(
    points=0.25,
    says="scores grow with the query and the key: large ones are neither cut nor normalised",
    asks="What should a query twice as long do to its scores?",
)
def test_large(student, rng):
    query, key = inputs(rng)
    assert_no_stub(student, query, key, what="the scores")
    scores = student(query, key)
    for factor in (-100.0, 0.01):
        grown = student(query * factor, key / factor) - scores
        assert_same(grown, torch.zeros(LQ, LK), atol=3e-5, what="the change of scores where query × c meets key / c")
        grown = student(query * factor, key) / factor
        assert_same(grown, scores, atol=3e-5, what=f"the scores of queries × {factor:g}, divided by {factor:g},")
    assert_same(student(query * 100, key * 100) / 1e4, scores, what="the scores of ±1e4, divided by 1e4,")


@check(
    points=0.25,
    says="float64 inputs are computed in float64 all the way",
    asks="Is there a tensor of your own, or a cast, that has its own dtype?",
)
def test_precision(student, rng):
    for d_k, atol in ((DK, 1e-6), (4, 1e-9)):
        query, key = inputs(rng, d_k=d_k, dtype=torch.float64)
        assert_no_stub(student, query, key, what="the scores")
        fine, coarse = student(query, key), student(query.float(), key.float())
        assert_tensor(fine, (LQ, LK), torch.float64, what="the scores")
        # A root taken of a float32 tensor is right too, and good to 1e-7 only, unless it is a whole number.
        rows = student(query[:1], key) + student(query[1:2], key)
        assert_same(rows, student(query[:1] + query[1:2], key), atol=atol, what=f"the sums of scores for d_k = {d_k}")
        assert_same(coarse.double(), fine, atol=1e-5, what="float32 scores beside float64 ones")


@check(
    points=0.5,
    says="the scores are computed here, not taken from the given part",
    forbids=["attnkit.parts.attention_scores"],
)
def test_from_primitives(student, rng):
    student(*inputs(rng, (2,)))
