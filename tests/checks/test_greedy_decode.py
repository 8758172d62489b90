"""Hidden checks of lesson 11, exercise greedy_decode."""

import torch
import torch.nn.functional as F
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check, expect, twin
from torch import nn

VOCAB, START, END = 11, 9, 2


class Script(nn.Module):
    """Writes the row of its source while what it is shown follows it, and token 3 as soon as it does not.

    It is causal, treats every row by itself, and answers 4 in training mode or where gradients are recorded.
    """

    def __init__(self, vocab, pad_id):
        super().__init__()
        self.vocab, self.pad_id = vocab, pad_id
        self.weight = nn.Parameter(torch.tensor(2.0))
        self.child = nn.Dropout(0.5)

    def spoilt(self):
        return self.training or self.child.training or torch.is_grad_enabled()

    def encode(self, source):
        memory = F.one_hot(source, self.vocab).float()
        return memory.flip(-1) if self.spoilt() else memory

    def decode(self, target, memory, source):
        steps = target.shape[1]
        known = F.pad(memory.argmax(-1), (0, steps), value=3)
        follows = torch.ones_like(target, dtype=torch.bool)
        follows[:, 1:] = (target[:, 1:] == known[:, : steps - 1]).cumprod(1).bool()
        answer = torch.where(follows, known[:, :steps], torch.full_like(target, 3))
        if self.spoilt():
            answer = torch.full_like(target, 4)
        # Logits, far below zero: the largest is what counts.
        return self.weight * F.one_hot(answer, self.vocab) - 30.0

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


class Small(nn.Module):
    """A Transformer of PyTorch's own, with padding masks on both sides."""

    def __init__(self, vocab, pad_id):
        super().__init__()
        self.pad_id = pad_id
        self.embedding = nn.Embedding(vocab, 16)
        self.positions = nn.Parameter(torch.zeros(30, 16))
        self.body = nn.Transformer(16, 2, 1, 1, 24, dropout=0.4, batch_first=True)
        self.body.encoder.use_nested_tensor = False
        self.head = nn.Linear(16, vocab)

    def encode(self, source):
        x = self.embedding(source) + self.positions[: source.shape[1]]
        return self.body.encoder(x, src_key_padding_mask=source == self.pad_id)

    def decode(self, target, memory, source):
        x = self.embedding(target) + self.positions[: target.shape[1]]
        future = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        hidden = self.body.decoder(x, memory, tgt_mask=future, memory_key_padding_mask=source == self.pad_id)
        return self.head(hidden)

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


def script(rng, rows, width, end_at, pad_id=0, end=END):
    """A source of ordinary tokens whose row `i` has `end` in column `end_at[i]`, if that is not None."""
    source = rng.integers(5, 9, rows, width)
    for row, column in enumerate(end_at):
        if column is not None:
            source[row, column] = end
    return source


def small(rng, make, pad_id=0):
    """A random Transformer, whose weights are large enough for its answers to differ."""
    model = make(Small, VOCAB, pad_id)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(rng.normal(*parameter.shape) * (0.5 if parameter.ndim > 1 else 0.3))
        for name, parameter in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                parameter.add_(1.0)
    return model


class Recording:
    """Decodes where the learner's code is, and says whether gradients are recorded there before and after."""

    def __call__(self, decode, *args):
        before = torch.is_grad_enabled()
        decode(*args)
        return before, torch.is_grad_enabled()


@check(
    points=0.75,
    says="the result is a long tensor whose first column is start_id, with at most max_length columns",
)
def test_contract(student, rng, make):
    model = make(Script, VOCAB, 0)
    for rows, longest in ((1, 4), (3, 6), (2, 1)):
        source = rng.integers(5, 9, rows, 8)
        written = student(model, source, START, END, longest)
        assert_tensor(written, (rows, longest), torch.int64, "what is written by rows that never end")
        assert_close(written[:, 0], torch.full((rows,), START), what="the first column")
    assert_untouched({"the source": source}, lambda: student(model, source, START, END, 5))
    by_name = student(model=model, source=source, start_id=7, end_id=END, max_length=3)
    assert_close(by_name[:, 0], torch.full((2,), 7), what="the first column, arguments given by name")


@check(
    points=1,
    says="every next token is the one with the largest logit at the last position, given all before it",
)
def test_values(student, reference, rng, make):
    model = make(Script, VOCAB, 0)
    source = rng.integers(5, 9, 3, 9)
    wanted = torch.cat([torch.full((3, 1), START), source[:, :5]], dim=1)
    assert_close(student(model, source, START, END, 6), wanted, what="what a model writes that knows its text")
    for rows, width in ((4, 6), (1, 3), (5, 5)):
        model = small(rng, make)
        with torch.no_grad():  # it never writes the end: how rows end is judged by the next check
            model.head.bias.copy_(torch.where(torch.arange(VOCAB) == END, -100.0, 0.0))
        source = rng.integers(3, VOCAB, rows, width)
        wanted = reference(model, source, START, END, 9)
        assert_close(student(model, source, START, END, 9), wanted, what="what a random Transformer writes")


@check(
    points=1,
    says="a row keeps its end_id and has model.pad_id after it, while the other rows go on",
)
def test_end(student, rng, make):
    for pad_id, end_id in ((0, END), (6, 10)):
        model = make(Script, VOCAB, pad_id)
        source = script(rng, 4, 10, (5, 0, 3, 5), end=end_id)
        source[source == pad_id] = 5
        wanted = torch.cat([torch.full((4, 1), START), source[:, :6]], dim=1)
        for row, column in enumerate((5, 0, 3, 5)):
            wanted[row, column + 2 :] = pad_id
        seen = student(model, source, START, end_id, 7)
        assert_close(seen, wanted, what=f"what rows write that end at different times, padding being {pad_id}")


@check(
    points=0.75,
    says="it stops when the last row has ended, and at max_length even if some row has not",
)
def test_stop(student, rng, make):
    model = make(Script, VOCAB, 0)
    for end_at, longest, width in (
        ((2, 6, 1), 12, 8),
        ((0, 0, 0), 12, 2),
        ((2, None, 1), 7, 7),
        ((4, 3, 4), 6, 6),
    ):
        seen = student(model, script(rng, 3, 14, end_at), START, END, longest)
        assert_tensor(seen, (3, width), torch.int64, f"what rows write that end after {end_at}, at most {longest}")
    source = script(rng, 2, 9, (5, None))
    seen = student(model, source, START, END, 4)
    assert_close(seen[:, 1:], source[:, :3], what="what is written where max_length comes before the end")


@check(
    points=1,
    says="it runs in evaluation mode without gradients; afterwards model and gradients are as they were",
)
def test_mode(student, rng, make):
    source = rng.integers(5, 9, 2, 7)
    wanted = torch.cat([torch.full((2, 1), START), source[:, :5]], dim=1)
    for training in (True, False):
        model = twin(student, make(Script, VOCAB, 0))
        model.train(training)
        seen = student(model, source, START, END, 6)
        assert_close(seen, wanted, what=f"what a model with training={training} writes")
        after = bool(model.training), bool(model.child.training)
        expect(
            after == (training, training),
            f"the model to be back in mode training={training}",
            f"training={after[0]}",
        )
    expect(not seen.requires_grad, "a result without gradients", "one that requires them")
    for recorded in (True, False):
        with torch.set_grad_enabled(recorded):
            run, model = twin(student, make(Recording)), make(Script, VOCAB, 0)
            before, after = run(student, model, source, START, END, 12)
        expect(after == before, f"grad mode {before} afterwards, as it was before", f"grad mode {after}")


@check(
    points=0.5,
    says="a row decoded alone equals the same row of a batch, padded to one width",
)
def test_alone(student, reference, rng, make):
    for pad_id in (0, 4):
        model = small(rng, make, pad_id)
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
