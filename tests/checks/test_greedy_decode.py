"""Hidden checks of lesson 11, exercise greedy_decode.

The models that write are the judge's: the learner's code holds stand-ins of them, and their texts are drawn for
whoever is judged. Without asking the model for one token after the other nobody knows what it writes.
"""

import torch
import torch.nn.functional as F
from nbjudge import (
    assert_close,
    assert_different,
    assert_example,
    assert_grad_mode_kept,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    twin,
)
from torch import nn

VOCAB, START, END, NEVER = 11, 9, 2, 1
ORDINARY = (5, 9)  # the first and the one after the last of the tokens that are nothing but themselves
LENGTH = 16


class Script(nn.Module):
    """Writes a text of its own for each first token of a source; token 3 as soon as it is shown another text.

    It is causal and treats every row by itself. With `spoilt_by` "training" or "gradients" it answers 4 in training
    mode, or where gradients are recorded.
    """

    def __init__(self, texts, pad_id=0, spoilt_by=""):
        super().__init__()
        self._texts, self.pad_id, self._spoilt_by = texts, pad_id, spoilt_by
        self._part = nn.Dropout(0.5)

    def _spoilt(self):
        training = self.training or self._part.training
        return {"": False, "training": training, "gradients": torch.is_grad_enabled()}[self._spoilt_by]

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


def script(rng, rows, ends=(), pad_id=0, end_id=END, spoilt_by=""):
    """A model with a script, a source, and what it writes: (rows, LENGTH) of ordinary tokens.

    Row `i` has `end_id` in column `ends[i]`, if that is not None.
    """
    texts, source = rng.integers(*ORDINARY, VOCAB, LENGTH), rng.integers(*ORDINARY, rows, LENGTH // 2)
    texts[texts == pad_id], source[source == pad_id] = 7, 7
    source[:, 0] = torch.from_numpy(rng.array(VOCAB - 1).argsort()[:rows] + 1)  # no token twice, and no 0
    for row, column in enumerate(ends):
        if column is not None:
            texts[source[row, 0], column] = end_id
    return Script(texts, pad_id, spoilt_by), source, texts[source[:, 0]]


def said(written, start=START):
    """What a result holds after the start; whether the start is there is asked by one check alone."""
    assert_tensor(written, tuple(getattr(written, "shape", ())), torch.int64, "what is written")
    expect(written.dim() == 2, "what is written to have two axes, (B, T)", f"{written.dim()}")
    begun = written.shape[1] > 0 and bool((written[:, 0] == start).all())
    return written[:, 1:] if begun else written


def assert_writes(student, rng):
    """What is written is what the model answers: the same again, and something else for another text or source."""
    model, source, text = script(rng, 3)
    # Of other rows and another model already the first tokens are others, all of them ordinary.
    text[:, 0] = torch.tensor([5, 6, 7])
    texts = torch.full((VOCAB, LENGTH), 8).index_copy(0, source[:, 0], text)
    model, other = Script(texts), Script(5 + (texts - 4) % 4)
    calls = ((model, source), (model, source), (other, source), (model, source.flip(0)))
    first, again, *others = (said(student(one, given, START, NEVER, 12)) for one, given in calls)
    assert_same(again, first, what="what the same model writes once more")
    for seen in others:
        assert_different(seen, first, what="what is written for another model or source")


def first_ends(text, end_id):
    """For each row, the column of its first end, or None."""
    return [next((column for column, token in enumerate(row) if token == end_id), None) for row in text.tolist()]


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
        model._head.bias[END] = -100.0  # it never writes the end: how rows end is asked of scripts
    return model.eval()


@check(
    points=0.25,
    says="the result is a long tensor with a row for each source, which is left as it was; arguments have their names",
    asks="What are the shape and the dtype of your result?",
)
def test_contract(student, rng):
    for rows in (1, 3):
        model, source, _ = script(rng, rows)
        written = student(model, source, START, END, 6)
        assert_tensor(written, (rows, written.shape[1]), torch.int64, "what is written", axes=("B", "T"))
        assert_untouched({"the source": source}, lambda m=model, s=source: student(m, s, START, END, 5))
        by_name = student(model=model, source=source, start_id=START, end_id=END, max_length=6)
        assert_same(by_name, written, what="what is written with arguments given by name")


@check(
    points=0.5,
    says="the first column is start_id",
    asks="Which column of your result holds the start?",
)
def test_start(student, rng):
    assert_writes(student, rng)
    for start in (START, 7):
        model, source, _ = script(rng, 3)
        written = student(model, source, start, END, 8)
        assert_close(written[:, 0], torch.full((3,), start), what="the first column")


@check(
    points=1,
    says="every next token is the one with the largest logit at the last position, given all before it",
    asks="What do you show to decode, and which of its logits say what comes next?",
)
def test_values(student, reference, rng):
    texts = torch.tensor([[0, 0, 0, 0, 0, 0], [5, 6, 7, 8, 8, 8], [8, 8, 5, 5, 5, 5]])
    name = (
        "a model answers 5, 6, 7 where the source begins with 1, and 8, 8, 5 where with 2: the columns after the start"
    )
    small_example = lambda source: said(student(Script(texts), source, START, NEVER, 5))[:, :3]  # noqa: E731
    assert_example(small_example, torch.tensor([[1, 3], [2, 3]]), gives=[[5, 6, 7], [8, 8, 5]], name=name)
    for rows, width in ((4, 6), (1, 3)):
        model = small(rng)
        source = rng.integers(3, VOCAB, rows, width)
        wanted = said(reference(model, source, START, END, 9))
        seen = said(student(model, source, START, END, 9))
        assert_close(seen[:, :6], wanted[:, :6], what="what a random Transformer writes")
    model, source, text = script(rng, 3)
    seen = said(student(model, source, START, END, 8))
    assert_close(seen[:, :5], text[:, :5], what="what a model writes that knows its text")


@check(
    points=0.75,
    says="a row keeps its end_id and has model.pad_id after it, while the other rows go on",
    asks="What is written to a row after its end, and how do you remember that it has ended?",
)
def test_end(student, rng):
    assert_writes(student, rng)
    for pad_id, end_id in ((0, END), (6, 10), (10, 10)):  # padding may be the end itself, as GPT-2 has it
        last = drawn(rng, 4, 6)
        model, source, _ = script(rng, 4, [*ends(rng, last), last], pad_id, end_id)
        wanted = said(student(model, source, START, NEVER, last + 4))
        columns = first_ends(wanted, end_id)
        for row, column in enumerate(columns):
            if column is not None:
                wanted[row, column + 1 :] = pad_id
        width = 1 + max((column for column in columns if column is not None), default=wanted.shape[1] - 1)
        seen = said(student(model, source, START, end_id, last + 4))
        what = (
            f"what rows write up to the last end, compared with what they write where none is, padding being {pad_id}"
        )
        assert_same(seen[:, :width], wanted[:, :width], what=what)


@check(
    points=0.5,
    says="it stops as soon as the last row has ended, and not before",
    asks="Which condition ends your loop, and is it about all rows or about any?",
)
def test_stop(student, rng):
    assert_writes(student, rng)
    last, early = drawn(rng, 5, 8), drawn(rng, 0, 2)
    for columns in (ends(rng, last), [early] * 3, [early], [early, None, early + 1]):
        model, source, _ = script(rng, len(columns), columns)
        free = said(student(model, source, START, NEVER, 13))
        places = first_ends(free, END)
        wanted = free.shape[1] if None in places else max(places) + 1
        width = said(student(model, source, START, END, 13)).shape[1]
        expect(width == wanted, f"{wanted} columns after the start, up to the last end", f"{width}")


@check(
    points=0.5,
    says="with rows that have not ended, the result has max_length columns, the start among them",
    asks="How many tokens may be written after the start?",
)
def test_length(student, rng):
    assert_writes(student, rng)
    most = drawn(rng, 4, 9)
    for longest, columns in ((1, (None,)), (2, (None, None)), (most, (None,) * 3)):
        model, source, _ = script(rng, len(columns), columns)
        width = 1 + said(student(model, source, START, END, longest)).shape[1]
        expect(width == longest, f"max_length = {longest} columns, the start among them", f"{width}")
    model, source, _ = script(rng, 2, (most - 2, most - 2))
    width = 1 + said(student(model, source, START, END, most)).shape[1]
    expect(width == most, f"{most} columns where the end just fits into max_length", f"{width}")


@check(
    points=0.5,
    says="the model writes in evaluation mode, encoder and decoder, whatever mode it was in",
    asks="In which mode is the model when it encodes, and when it decodes?",
)
def test_evaluation(student, rng):
    assert_writes(student, rng)
    model, source, _ = script(rng, 3, spoilt_by="training")
    model.eval()
    wanted = student(model, source, START, END, 8)
    model.train()
    seen = student(model, source, START, END, 8)
    assert_same(seen, wanted, what="what a model in training mode writes, compared with evaluation mode,")


@check(
    points=0.25,
    says="afterwards the model and its parts are in the mode that they were in before",
    asks="Which mode do you leave behind, and how do you know which it was?",
)
def test_restored(student, rng):
    assert_writes(student, rng)
    for training in (True, False):
        model, source, _ = script(rng, 2)
        model.train(training)
        model = twin(student, model)
        student(model, source, START, END, 6)
        after = [bool(module.training) for module in model.modules()]
        wanted = f"the model to be back in mode training={training}"
        expect(set(after) == {training}, wanted, f"training={after[0]}")


@check(
    points=0.25,
    says="no gradients are recorded while it writes, and afterwards they are as before",
    asks="Where do gradients stop to be recorded, and where does that end?",
)
def test_gradients(student, rng):
    assert_writes(student, rng)
    model, source, _ = script(rng, 3, spoilt_by="gradients")
    with torch.no_grad():
        wanted = student(model, source, START, END, 8)
    seen = student(model, source, START, END, 8)
    assert_same(seen, wanted, what="what a model writes for which it matters whether gradients are recorded")
    for recorded in (True, False):
        with torch.set_grad_enabled(recorded):
            assert_grad_mode_kept(lambda m=model, s=source: student(m, s, START, END, 12), "decoding")


@check(
    points=0.5,
    says="a row decoded alone equals the same row of a batch, padded to one width",
    asks="What in your loop depends on the other rows of the batch?",
)
def test_alone(student, rng):
    assert_writes(student, rng)
    for pad_id in (0, 4):
        model, lengths = small(rng, pad_id), (5, 3, 1)
        source = rng.integers(5, VOCAB, 3, 5)
        for row, length in enumerate(lengths):
            source[row, length:] = pad_id
        together = student(model, source, START, END, 6)
        for row, length in enumerate(lengths):
            for given in (source[row : row + 1], source[row : row + 1, :length]):
                alone = student(model, given, START, END, 6)
                assert_same(alone, together[row : row + 1], what=f"row {row} decoded alone")
