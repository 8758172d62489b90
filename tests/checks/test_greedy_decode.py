"""Hidden checks of lesson 11, exercise greedy_decode.

The models that write are the judge's: the learner's code holds stand-ins of them, and their texts are drawn for
whoever is judged. Without asking the model for one token after the other nobody knows what it writes.
"""

import torch
import torch.nn.functional as F
from nbjudge import (
    assert_close,
    assert_different,
    assert_grad_mode_kept,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    twin,
)
from torch import nn

VOCAB, START, END = 11, 9, 2
ORDINARY = (5, 9)  # the first and the one after the last of the tokens that are nothing but themselves
LENGTH = 16


class Script(nn.Module):
    """Writes a text of its own for each first token of a source; token 3 as soon as it is shown another text.

    It is causal, treats every row by itself, and answers 4 in training mode or where gradients are recorded.
    """

    def __init__(self, texts, pad_id=0):
        super().__init__()
        self._texts, self.pad_id = texts, pad_id
        self._part = nn.Dropout(0.5)

    def _spoilt(self):
        return self.training or self._part.training or torch.is_grad_enabled()

    def encode(self, source):
        memory = F.one_hot(source, VOCAB).float()
        return memory.flip(-1) if self._spoilt() else memory

    def decode(self, target, memory, source):
        known = self._texts[memory[:, 0].argmax(-1), : target.shape[1]]
        follows = torch.ones_like(target, dtype=torch.bool)
        follows[:, 1:] = (target[:, 1:] == known[:, :-1]).cumprod(1).bool()
        answer = torch.where(follows, known, torch.full_like(target, 3))
        if self._spoilt():
            answer = torch.full_like(target, 4)
        # Logits, far below zero: the largest is what counts.
        return 2.0 * F.one_hot(answer, VOCAB) - 30.0

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


def script(rng, rows, ends=(), pad_id=0, end_id=END):
    """A model with a script, a source, and what it writes: (rows, LENGTH) of ordinary tokens.

    Row `i` has `end_id` in column `ends[i]`, if that is not None.
    """
    texts, source = rng.integers(*ORDINARY, VOCAB, LENGTH), rng.integers(*ORDINARY, rows, LENGTH // 2)
    texts[texts == pad_id], source[source == pad_id] = 7, 7
    source[:, 0] = torch.from_numpy(rng.array(VOCAB - 1).argsort()[:rows] + 1)  # no token twice, and no 0
    for row, column in enumerate(ends):
        if column is not None:
            texts[source[row, 0], column] = end_id
    return Script(texts, pad_id), source, texts[source[:, 0]]


def started(text, columns):
    """What is written for a text: the start, and its first columns."""
    return torch.cat([torch.full((len(text), 1), START), text[:, : columns - 1]], dim=1)


def ends(rng, last):
    """Where three rows end, in any order: the last one in column `last`, the others, at two places, before."""
    columns = [last, *(rng.array(last).argsort()[:2]).tolist()]
    return [columns[place] for place in rng.array(3).argsort()]


def drawn(rng, low, high):
    """A number from low up to high."""
    return int(rng.integers(low, high + 1, 1))


class Small(nn.Module):
    """A Transformer of PyTorch's own, with padding masks on both sides."""

    def __init__(self, vocab, pad_id):
        super().__init__()
        self.pad_id = pad_id
        self._embedding = nn.Embedding(vocab, 16)
        self._positions = nn.Parameter(torch.zeros(30, 16))
        self._body = nn.Transformer(16, 2, 1, 1, 24, dropout=0.4, batch_first=True)
        self._body.encoder.use_nested_tensor = False
        self._head = nn.Linear(16, vocab)

    def encode(self, source):
        x = self._embedding(source) + self._positions[: source.shape[1]]
        return self._body.encoder(x, src_key_padding_mask=source == self.pad_id)

    def decode(self, target, memory, source):
        x = self._embedding(target) + self._positions[: target.shape[1]]
        future = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        hidden = self._body.decoder(x, memory, tgt_mask=future, memory_key_padding_mask=source == self.pad_id)
        return self._head(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


def small(rng, pad_id=0):
    """A random Transformer, whose weights are large enough for its answers to differ."""
    model = Small(VOCAB, pad_id)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(rng.normal(*parameter.shape) * (0.5 if parameter.ndim > 1 else 0.3))
        for name, parameter in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                parameter.add_(1.0)
    return model


@check(
    points=0.75,
    says="the result is a long tensor whose first column is start_id, with at most max_length columns",
)
def test_contract(student, rng):
    for rows, longest in ((1, 4), (3, 6), (2, 1)):
        model, source, _ = script(rng, rows)
        written = student(model, source, START, END, longest)
        assert_tensor(written, (rows, longest), torch.int64, "what is written by rows that never end")
        assert_close(written[:, 0], torch.full((rows,), START), what="the first column")
    model, source, _ = script(rng, 3)
    assert_untouched({"the source": source}, lambda: student(model, source, START, END, 5))
    by_name = student(model=model, source=source, start_id=7, end_id=END, max_length=8)
    assert_close(by_name[:, 0], torch.full((3,), 7), what="the first column, arguments given by name")
    other, _, _ = script(rng, 3)
    written = [student(one, source, START, END, 8) for one in (model, other)]
    assert_different(*written, what="what another model writes for the same source")


@check(
    points=1,
    says="every next token is the one with the largest logit at the last position, given all before it",
)
def test_values(student, reference, rng):
    model, source, text = script(rng, 3)
    seen = student(model, source, START, END, 6)
    assert_close(seen, started(text, 6), what="what a model writes that knows its text")
    for rows, width in ((4, 6), (1, 3), (5, 5)):
        model = small(rng)
        with torch.no_grad():  # it never writes the end: how rows end is judged by the next check
            model._head.bias.copy_(torch.where(torch.arange(VOCAB) == END, -100.0, 0.0))
        source = rng.integers(3, VOCAB, rows, width)
        wanted = reference(model, source, START, END, 9)
        assert_close(student(model, source, START, END, 9), wanted, what="what a random Transformer writes")


@check(
    points=1,
    says="a row keeps its end_id and has model.pad_id after it, while the other rows go on",
)
def test_end(student, rng):
    for pad_id, end_id in ((0, END), (6, 10), (10, 10)):  # padding may be the end itself, as GPT-2 has it
        last = drawn(rng, 4, 6)
        columns = [*ends(rng, last), last]
        model, source, text = script(rng, 4, columns, pad_id, end_id)
        wanted = started(text, last + 2)
        for row, column in enumerate(columns):
            wanted[row, column + 2 :] = pad_id
        seen = student(model, source, START, end_id, last + 2)
        assert_close(seen, wanted, what=f"what rows write that end at different times, padding being {pad_id}")


@check(
    points=0.75,
    says="it stops when the last row has ended, and at max_length even if some row has not",
)
def test_stop(student, rng):
    last, together, longest, exactly = drawn(rng, 5, 8), drawn(rng, 0, 2), drawn(rng, 6, 9), drawn(rng, 3, 6)
    first, second, _ = ends(rng, 4)
    for columns, most, width in (
        (ends(rng, last), 12, last + 2),
        ([together] * 3, 12, together + 2),
        ((first, None, second), longest, longest),
        (ends(rng, exactly), exactly + 2, exactly + 2),
    ):
        model, source, _ = script(rng, 3, columns)
        seen = student(model, source, START, END, most)
        assert_tensor(seen, (3, width), torch.int64, "what rows write that end at different times, or not at all")
    model, source, text = script(rng, 2, (5, None))
    seen = student(model, source, START, END, 4)
    assert_close(seen, started(text, 4), what="what is written where max_length comes before the end")


@check(
    points=1,
    says="it runs in evaluation mode without gradients; afterwards model and gradients are as they were",
)
def test_mode(student, rng):
    for training in (True, False):
        model, source, text = script(rng, 2)
        model.train(training)
        model = twin(student, model)
        seen = student(model, source, START, END, 6)
        assert_close(seen, started(text, 6), what=f"what a model with training={training} writes")
        after = [bool(module.training) for module in model.modules()]
        expect(
            set(after) == {training},
            f"the model to be back in mode training={training}",
            f"training={after[0]}",
        )
    for recorded in (True, False):
        model, source, _ = script(rng, 2)
        with torch.set_grad_enabled(recorded):
            assert_grad_mode_kept(lambda m=model, s=source: student(m, s, START, END, 12), "decoding")


@check(
    points=0.5,
    says="a row decoded alone equals the same row of a batch, padded to one width",
)
def test_alone(student, reference, rng):
    for pad_id in (0, 4):
        model, other = small(rng, pad_id), small(rng, pad_id)
        lengths = (7, 3, 5, 1)
        source = rng.integers(5, VOCAB, 4, 7)
        for row, length in enumerate(lengths):
            source[row, length:] = pad_id
        # The end is a token that the model likes, so that some rows do end.
        likes = reference(model, source, START, VOCAB - 1, 8)[:, 1:].flatten().tolist()
        end_id = max((t for t in likes if t != pad_id), key=likes.count, default=END)
        together = student(model, source, START, end_id, 8)
        rows = len(reference(model, source, START, end_id, 8).unique(dim=0))
        expect(len(together.unique(dim=0)) == rows, f"{rows} different rows of a batch", "another number of them")
        same, wanted = (
            torch.equal(decode(model, source, START, END, 8), decode(other, source, START, END, 8))
            for decode in (student, reference)
        )
        expect(same == wanted, "another model to write a text of its own", "the same text")
        for row, length in enumerate(lengths):
            for given in (source[row : row + 1], source[row : row + 1, :length]):
                alone = student(model, given, START, end_id, 8)
                expect(
                    alone.shape[1] <= together.shape[1],
                    "no more columns alone than in a batch",
                    f"{alone.shape[1]}",
                )
                padded = torch.full_like(together[:1], pad_id)
                padded[:, : alone.shape[1]] = alone
                assert_same(padded, together[row : row + 1], what=f"row {row} decoded alone")
