"""Hidden checks of lesson 07, exercise decoder_mask.

After the contract, a mask of another type, or with more axes of size 1, is read as what it says.
"""

import torch
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check, expect

B, L = 3, 7
READY_MADE = ["attnkit.parts.decoder_mask"]


def sentences(rng, *lengths, pad_id=0, longest=L):
    """Token ids from 1 to 49 in rows of the given lengths, filled up with padding."""
    tokens = rng.integers(1, 50, len(lengths), longest)
    for row, length in enumerate(lengths):
        tokens[row, length:] = pad_id
    return tokens


def seen(student, tokens, *pad_id, **named):
    """Which query may attend to which key, (B, L, L), however the learner's mask says it."""
    batch, length = tokens.shape
    mask = torch.as_tensor(student(tokens, *pad_id, **named))
    told = f"shape {tuple(mask.shape)}"
    expect(mask.numel() == batch * length**2, f"a mask for {batch} sentences of {length} tokens", told)
    if mask.is_floating_point() and not bool((mask == 1).any()):
        mask = mask == 0  # added to scores
    return mask.reshape(batch, length, length).bool()


def told_apart(mask):
    expect(bool(mask.any()) and not bool(mask.all()), "a mask that allows and forbids", "one that says one thing only")


@check(
    points=0.5,
    says="the mask is a boolean tensor of shape (B, L, L), and the token ids stay as they were",
    asks="Which axes does the mask of a batch need, and which type has what can only be True or False?",
)
def test_contract(student, rng):
    for batch, length in ((B, L), (1, 4), (5, 2), (1, 1)):
        tokens = rng.integers(0, 3, batch, length)
        assert_untouched({"token_ids": tokens}, lambda t=tokens: student(t))
        assert_tensor(student(tokens), (batch, length, length), torch.bool, axes=("B", "L", "L"), what="the mask")


@check(
    points=0.5,
    says="without padding, every sentence has the causal mask",
    asks="May the second query attend to the first key, to itself, to the third?",
)
def test_causal(student, reference, rng, example):
    causal = [[[True, False], [True, True]]]
    example(lambda tokens: seen(student, tokens), torch.tensor([[5, 8]]), gives=causal)
    for batch, length in ((B, L), (4, 4), (1, 5), (1, 300)):
        tokens = rng.integers(1, 50, batch, length)
        assert_close(seen(student, tokens), reference(tokens), what=f"the mask of {batch} sentences without padding")


@check(
    points=0.5,
    says="no word may attend to padding; what it may attend to besides is as without padding",
    asks="Which axis of the mask are the keys, and must a key be a word, or the query, or both?",
)
def test_padding(student, rng):
    for tokens in (sentences(rng, 3), sentences(rng, 6), sentences(rng, 2, longest=4)):
        words = tokens != 0
        plain = seen(student, tokens.masked_fill(~words, 9))
        wanted = plain & words[:, None, :]
        what = "what words may attend to, compared with the same sentence without padding,"
        assert_same(seen(student, tokens)[words], wanted[words], what=what)
        told_apart(plain)


@check(
    points=0.25,
    says="each sentence of a batch has the mask that it has alone",
    asks="Whose padding does the second sentence get?",
)
def test_batch(student, rng):
    for tokens in (sentences(rng, 7, 3, 5), sentences(rng, 2, 6), sentences(rng, 3, 1, 4, 2, longest=4)):
        whole = seen(student, tokens)
        for row in range(len(tokens)):
            assert_same(whole[row : row + 1], seen(student, tokens[row : row + 1]), what=f"the mask of sentence {row}")
        turned = tokens.t().contiguous().t()
        assert_same(seen(student, turned), whole, what="the mask of token ids that are not contiguous")
    expect(not torch.equal(whole[0], whole[1]), "sentences of 3 words and of 1 to have different masks", "the same")


@check(
    points=0.25,
    says="padding is what pad_id says, larger or smaller than the other ids, by position or by name",
    asks="Does your mask compare with pad_id, or with 0?",
)
def test_pad_id(student, rng):
    plain = sentences(rng, 4, 7, 2)
    plain[plain > 40] -= 9
    wanted = seen(student, plain)
    told_apart(wanted)
    expect(not torch.equal(wanted[0], wanted[1]), "sentences of 4 and of 7 words to have different masks", "the same")
    for pad_id in (60, 45, -1):
        tokens = plain.masked_fill(plain == 0, pad_id)
        assert_same(seen(student, tokens, pad_id), wanted, what=f"the mask for pad_id = {pad_id}")
        assert_same(seen(student, tokens, pad_id=pad_id), wanted, what=f"the mask for pad_id={pad_id}")
        tokens[1, 2] = 0
        assert_same(seen(student, tokens, pad_id), wanted, what=f"the mask where 0 is a word, and pad_id = {pad_id}")


@check(
    points=0.5,
    says="a padded query keeps its row: it may attend to every earlier word, and to no padding",
    asks="Is it the key that must be a word, or the query?",
)
def test_padded_queries(student, rng):
    tokens = sentences(rng, 4)
    mask = seen(student, tokens)[0]
    # What the last word may attend to, every query after it may.
    for query in range(4, L):
        what = f"what query {query}, which is padding, may attend to, compared with the last of 4 words,"
        assert_same(mask[query], mask[3], what=what)
    told_apart(mask)
    expect(bool(mask[3, :4].any()), "the last of 4 words to attend to some word", "to none")


@check(
    points=0.25,
    says="padding in front, in the middle, or everywhere is padding too, for integers of any kind and size",
    asks="Is each token looked at alone, whatever stands before it?",
)
def test_anywhere(student, rng):
    tokens = sentences(rng, 7, 5, 1, 7)
    tokens[0, :3], tokens[1, 2], tokens[2, 0], tokens[3, ::2] = 0, 0, 0, 0
    whole = seen(student, tokens)
    told_apart(whole)
    # A token's own part of the mask, of a sentence where it alone may be padding, is the same part here.
    for place in range(L):
        alone = torch.full_like(tokens, 9)
        alone[:, place] = tokens[:, place]
        below = seen(student, alone)[:, place:, place]
        assert_same(whole[:, place:, place], below, what="who may attend to a token, whatever the others are,")
    assert_same(seen(student, tokens.int()), whole, what="the mask of int32 token ids")
    large = torch.tensor([[256, 0, 512, 65536], [30000, 1024, 0, 0]])
    assert_same(seen(student, large), seen(student, large.clamp(max=9)), what="the mask of large token ids")


@check(points=0.25, says="the mask is put together here, not taken ready-made from the parts", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(sentences(rng, 3, 7))
