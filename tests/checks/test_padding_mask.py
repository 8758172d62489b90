"""Hidden checks of lesson 07, exercise padding_mask.

After the contract, a mask of another type, or with other axes of size 1, is read as what it says.
"""

import torch
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check, expect

B, L = 3, 7
READY_MADE = ["attnkit.parts.padding_mask", "attnkit.parts.decoder_mask"]


def sentences(rng, *lengths, pad_id=0, longest=L):
    """Token ids from 1 to 49 in rows of the given lengths, filled up with padding."""
    tokens = rng.integers(1, 50, len(lengths), longest)
    for row, length in enumerate(lengths):
        tokens[row, length:] = pad_id
    return tokens


def words(student, tokens, *pad_id, **named):
    """Which tokens are words, (B, L), however the learner's mask says it."""
    mask = torch.as_tensor(student(tokens, *pad_id, **named))
    count = tokens.numel()
    expect(mask.numel() == count, f"a mask of {count} tokens to say something of each", f"shape {tuple(mask.shape)}")
    if mask.is_floating_point() and not bool((mask == 1).any()):
        mask = mask == 0  # added to scores
    return mask.reshape(tokens.shape).bool()


@check(
    points=0.5,
    says="the mask is a boolean tensor of shape (B, 1, L), and the token ids stay as they were",
    asks="Which axis is missing for the queries, and which type has what can only be True or False?",
)
def test_contract(student, rng):
    for batch, length in ((B, L), (1, 4), (5, 2), (4, 4), (1, 1)):
        tokens = rng.integers(0, 3, batch, length)
        assert_untouched({"token_ids": tokens}, lambda t=tokens: student(t))
        mask = student(tokens)
        numbers = torch.as_tensor(mask)
        added = numbers.is_floating_point() and bool((numbers < 0).any())
        expect(not added, "True and False in the mask", "numbers below 0, to be added to scores")
        assert_tensor(mask, (batch, 1, length), torch.bool, axes=("B", "1", "L"), what="the mask")


@check(
    points=0.5,
    says="the mask is True for words and False for padding",
    asks="Which of the two may be attended to: a word, or padding?",
)
def test_values(student, reference, rng, example):
    example(lambda tokens: words(student, tokens), torch.tensor([[7, 3, 0]]), gives=[[True, True, False]])
    square = sentences(rng, 4, 4, 4, 4, longest=4)
    for tokens in (sentences(rng, 3), sentences(rng, 7), sentences(rng, 7, 7, 7), square):
        assert_close(words(student, tokens), reference(tokens)[:, 0], what=f"the mask of {len(tokens)} sentences")


@check(
    points=0.25,
    says="each sentence of a batch has the mask that it has alone",
    asks="Whose padding does the second sentence get?",
)
def test_batch(student, rng):
    for tokens in (sentences(rng, 7, 3, 5), sentences(rng, 1, 6), sentences(rng, 2, 4, 1, 4, longest=4)):
        whole = words(student, tokens)
        for row in range(len(tokens)):
            assert_same(whole[row : row + 1], words(student, tokens[row : row + 1]), what=f"the mask of sentence {row}")
        turned = tokens.t().contiguous().t()
        assert_same(words(student, turned), whole, what="the mask of token ids that are not contiguous")
    expect(not torch.equal(whole[0], whole[1]), "sentences of 2 and 4 words to have different masks", "the same mask")


@check(
    points=0.25,
    says="padding is what pad_id says, larger or smaller than the other ids, by position or by name",
    asks="Does your mask compare with pad_id, or with 0?",
)
def test_pad_id(student, rng):
    plain = sentences(rng, 4, 7, 2)
    plain[plain > 40] -= 9
    wanted = words(student, plain)
    for pad_id in (60, 45, -1):
        tokens = plain.masked_fill(plain == 0, pad_id)
        assert_same(words(student, tokens, pad_id), wanted, what=f"the mask for pad_id = {pad_id}")
        assert_same(words(student, tokens, pad_id=pad_id), wanted, what=f"the mask for pad_id={pad_id}")
        tokens[1, 2] = 0
        assert_same(words(student, tokens, pad_id), wanted, what=f"the mask where 0 is a word, and pad_id = {pad_id}")
    expect(bool(wanted.any()) and not bool(wanted.all()), "a mask of words and padding", "one that says one thing only")


@check(
    points=0.25,
    says="padding in front, in the middle, or everywhere is padding too, for integers of any kind and size",
    asks="Is each token looked at alone, whatever stands before it?",
)
def test_anywhere(student, rng):
    tokens = sentences(rng, 7, 5, 1, 7)
    tokens[0, :3], tokens[1, 2], tokens[2, 0], tokens[3, ::2] = 0, 0, 0, 0
    whole = words(student, tokens)
    # Read backwards, and token by token, the same tokens are padding.
    assert_same(words(student, tokens.flip(1)), whole.flip(1), what="the mask of sentences read backwards")
    for place in range(L):
        alone = words(student, tokens[:, place : place + 1])
        assert_same(alone, whole[:, place : place + 1], what="the mask of single tokens")
    expect(not bool((whole == whole[0, 0]).all()), "a mask of words and padding", "one that says one thing only")
    assert_same(words(student, tokens.int()), whole, what="the mask of int32 token ids")
    large = torch.tensor([[256, 0, 512, 65536], [30000, 1024, 0, 0]])
    assert_same(words(student, large), words(student, large.clamp(max=9)), what="the mask of large token ids")


@check(points=0.25, says="the mask is made here, not taken ready-made from the parts", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(sentences(rng, 3, 7))
