"""Hidden checks of lesson 07, exercise decoder_mask."""

import torch
from nbjudge import assert_close, assert_tensor, assert_untouched, check

B, L = 3, 7
READY_MADE = ["attnkit.parts.decoder_mask"]


def sentences(rng, *lengths, pad_id=0, longest=L):
    """Token ids from 1 to 49 in rows of the given lengths, filled up with padding."""
    tokens = rng.integers(1, 50, len(lengths), longest)
    for row, length in enumerate(lengths):
        tokens[row, length:] = pad_id
    return tokens


@check(points=0.5, says="the mask is a boolean tensor of shape (B, L, L), and the token ids stay as they were")
def test_contract(student, rng):
    for batch, length in ((B, L), (1, 4), (5, 2)):
        tokens = rng.integers(0, 3, batch, length)
        assert_untouched({"token_ids": tokens}, lambda t=tokens: student(t))
        assert_tensor(student(tokens), (batch, length, length), torch.bool)


@check(points=0.5, says="without padding, every sentence has the causal mask")
def test_causal(student, reference, rng):
    for batch, length in ((B, L), (4, 4), (1, 5), (1, 300)):
        tokens = rng.integers(1, 50, batch, length)
        assert_close(student(tokens), reference(tokens), what=f"the mask of {batch} sentences without padding")


@check(points=0.5, says="no query may attend to padding, and each sentence has its own padding")
def test_padding(student, reference, rng):
    for tokens in (sentences(rng, 7, 3, 5), sentences(rng, 2, 6), sentences(rng, 3, 1, 4, 2, longest=4)):
        assert_close(student(tokens), reference(tokens), what=f"the mask of {len(tokens)} padded sentences")


@check(
    points=0.5,
    says="padding is what pad_id says, larger or smaller than the other ids, by position or by name",
)
def test_pad_id(student, reference, rng):
    for pad_id in (49, 5, -1):
        tokens = sentences(rng, 4, 7, 2, pad_id=pad_id)
        tokens[0, 1], tokens[1, 2] = 0, 6
        assert_close(student(tokens, pad_id), reference(tokens, pad_id), what=f"the mask for pad_id = {pad_id}")
        assert_close(student(tokens, pad_id=pad_id), reference(tokens, pad_id), what=f"the mask for pad_id={pad_id}")


@check(points=0.5, says="a padded query keeps its row: it may attend to every earlier word, and to no padding")
def test_padded_queries(student, rng):
    tokens = sentences(rng, 7, 4)
    mask = student(tokens)
    assert_tensor(mask, (2, L, L), torch.bool, what="the mask")
    wanted = torch.arange(L) < 4
    for query in range(4, L):
        assert_close(mask[1, query], wanted, what=f"row {query} of a sentence of 4 words")
    assert_close(mask[0, -1], torch.ones(L, dtype=torch.bool), what="the last row of a sentence without padding")


@check(
    points=0.25,
    says="padding in front, in the middle, or everywhere is padding too, for integers of any kind and size",
)
def test_anywhere(student, reference, rng):
    tokens = sentences(rng, 7, 5, 0, 7)
    tokens[0, :3], tokens[1, 2], tokens[3, ::2] = 0, 0, 0
    assert_close(student(tokens), reference(tokens), what="the mask where padding is not at the end")
    single = torch.tensor([[3], [0]])
    assert_close(student(single), reference(single), what="the mask of sentences of length 1")
    turned = sentences(rng, 2, 3, 1, longest=5).t()
    assert_close(student(turned), reference(turned), what="the mask of token ids that are not contiguous")
    assert_close(student(tokens.int()), reference(tokens), what="the mask of int32 token ids")
    large = torch.tensor([[256, 0, 512, 65536], [30000, 1024, 0, 0]])
    assert_close(student(large), reference(large), what="the mask of large token ids")


@check(points=0.25, says="the mask is put together here, not taken ready-made from the parts", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(sentences(rng, 3, 7))
