"""Hidden checks of lesson 07, exercise causal_mask."""

import torch
from nbjudge import assert_close, assert_tensor, check

READY_MADE = ["attnkit.parts.causal_mask", "attnkit.parts.decoder_mask"]


@check(points=0.5, says="the mask is a boolean tensor of shape (length, length)")
def test_contract(student):
    for length in (5, 2, 9):
        assert_tensor(student(length), (length, length), torch.bool, what=f"causal_mask({length})")


@check(points=0.75, says="row i is True up to column i, itself included, and False after it")
def test_values(student, reference):
    # Beyond 127 and 255, where small integers would run over.
    for length in (4, 7, 33, 300):
        assert_close(student(length), reference(length), what=f"causal_mask({length})")


@check(points=0.25, says="a sequence of one position may look at itself")
def test_single(student):
    assert_close(student(1), torch.ones(1, 1, dtype=torch.bool), what="causal_mask(1)")


@check(points=0.25, says="query i may attend to i + 1 keys, and key j is seen by the L - j queries from j on")
def test_counts(student):
    length = 6
    mask = student(length)
    assert_tensor(mask, (length, length), torch.bool, what="the mask")
    up = torch.arange(1, length + 1)
    assert_close(mask.sum(dim=1), up, what="the number of keys that each query may attend to")
    assert_close(mask.sum(dim=0), up.flip(0), what="the number of queries that may attend to each key")


@check(points=0.25, says="the mask is made here, not taken ready-made from the parts", forbids=READY_MADE)
def test_from_primitives(student):
    student(3)
