"""Hidden checks of lesson 07, exercise causal_mask.

After the contract, a mask of another type, or with more axes of size 1, is read as what it says.
"""

import torch
from nbjudge import assert_close, assert_tensor, check, expect

READY_MADE = ["attnkit.parts.causal_mask", "attnkit.parts.decoder_mask"]


def seen(student, length):
    """Who may attend to whom, (length, length), however the learner's mask says it."""
    mask = torch.as_tensor(student(length)).squeeze()
    mask = mask.reshape(length, length) if mask.numel() == length**2 else mask
    what = f"causal_mask({length})"
    expect(mask.shape == (length, length), f"{what} to say something of each query and key", f"shape {mask.shape}")
    if mask.is_floating_point() and not bool((mask == 1).any()):
        mask = mask == 0  # added to scores
    return mask.bool()


def assert_not_added(mask, what):
    """A mask that is added to scores hides by numbers below 0."""
    numbers = torch.as_tensor(mask)
    added = numbers.is_floating_point() and bool((numbers < 0).any())
    expect(not added, f"True and False in {what}", "numbers below 0, to be added to scores")


@check(
    points=0.5,
    says="the mask is a boolean tensor of shape (length, length)",
    asks="Which axes does the mask need, and which type has what can only be True or False?",
)
def test_contract(student):
    for length in (5, 2, 9, 1):
        mask = student(length)
        assert_not_added(mask, f"causal_mask({length})")
        assert_tensor(mask, (length, length), torch.bool, what=f"causal_mask({length})", axes=("L", "L"))


@check(
    points=0.5,
    says="row i is True up to column i, itself included, and False after it",
    asks="May the second query attend to the first key, to the second, to the third?",
)
def test_values(student, reference, example):
    example(lambda length: seen(student, length), 3, gives=torch.ones(3, 3).bool().tril())
    for length in (4, 7, 33):
        assert_close(seen(student, length), reference(length), what=f"causal_mask({length})")


@check(points=0.25, says="a sequence of one position may look at itself")
def test_single(student):
    for _ in range(12):  # that which answers by chance is right now and then
        assert_close(seen(student, 1), torch.ones(1, 1, dtype=torch.bool), what="causal_mask(1)")
    expect(not bool(seen(student, 2).all()), "two positions, one of which does not see all", "a mask that shows all")


@check(
    points=0.25,
    says="no position is seen from both sides, or from none, but by itself",
    asks="Of two positions, which one may attend to the other?",
)
def test_one_way(student):
    for length in (2, 6):
        mask = seen(student, length)
        apart = ~torch.eye(length, dtype=torch.bool)
        assert_close((mask ^ mask.t())[apart], torch.ones(length**2 - length).bool(), what="who of two is seen by one")


@check(
    points=0.25,
    says="any length works: beyond 64, and beyond 127 and 255, where small integers would run over",
    asks="Is there a table, or a small integer type, that ends before the sequence does?",
)
def test_long(student):
    whole = seen(student, 300)
    for length in (7, 65, 129, 257):
        assert_close(whole[:length, :length], seen(student, length), what=f"the first {length} positions of 300")
    expect(bool(whole.any()) and not bool(whole.all()), "a mask that hides and shows", "one that says one thing only")
    steps = whole[1:, 1:] == whole[:-1, :-1]
    assert_close(steps, torch.ones(299, 299, dtype=torch.bool), what="what is the same one position further on")


@check(points=0.25, says="the mask is made here, not taken ready-made from the parts", forbids=READY_MADE)
def test_from_primitives(student):
    student(3)
