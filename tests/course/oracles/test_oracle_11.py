"""Lesson 11 against PyTorch's own Transformer, and what it stands on: data, training, weights, own parts."""

import json
from datetime import date
from pathlib import Path

import pytest
import torch
from attnkit import parts, training
from attnkit.data import dates, text
from babel.dates import format_date
from nbjudge import Course, reference_object
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

VS, VT, D, H, FF, N, LONGEST, PAD = 23, 17, 12, 4, 20, 2, 14, 3


@pytest.fixture(scope="module")
def course():
    return Course()


@pytest.fixture(scope="module")
def trained(course):
    """What the lesson defines, and its model with the weights that the audit uses."""
    transformer, greedy_decode, sizes = reference_object(course.exercise("train"))
    model = transformer(
        len(dates.source_vocabulary()), len(dates.target_vocabulary()), **sizes, max_length=dates.MAX_LENGTH
    )
    model.load_state_dict(load_file(course.exercise("train").artifacts / "dates.safetensors"))
    return model.eval(), greedy_decode


def random_model(course):
    """A model of the lesson with weights of order one, in float64."""
    torch.manual_seed(0)
    model = reference_object(course.exercise("transformer"))(VS, VT, D, H, FF, N, LONGEST, pad_id=PAD).double()
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn_like(parameter)
            parameter.copy_(noise / parameter.shape[-1] ** 0.5 if parameter.ndim > 1 else parameter + 0.3 * noise)
    return model.eval()


def attention(ours):
    theirs = nn.MultiheadAttention(D, H, batch_first=True, dtype=torch.float64)
    three = ours.query_proj, ours.key_proj, ours.value_proj
    theirs.in_proj_weight.data = torch.cat([p.weight for p in three])
    theirs.in_proj_bias.data = torch.cat([p.bias for p in three])
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    return theirs


def layer(kind, ours):
    """One of PyTorch's layers with the weights of ours."""
    theirs = kind(D, H, FF, dropout=0.0, batch_first=True, dtype=torch.float64)
    theirs.self_attn = attention(ours.self_attention)
    if kind is nn.TransformerDecoderLayer:
        theirs.multihead_attn = attention(ours.cross_attention)
    theirs.linear1, theirs.linear2 = ours.feed_forward.linear_in, ours.feed_forward.linear_out
    for name in ("norm1", "norm2", "norm3"):
        if hasattr(theirs, name):
            setattr(theirs, name, getattr(ours, name))
    return theirs


def oracle(model):
    """PyTorch's nn.Transformer with the layers of ours; the function takes embedded source and target."""
    body = nn.Transformer(D, H, N, N, FF, dropout=0.0, batch_first=True, dtype=torch.float64)
    body.encoder.layers = nn.ModuleList(layer(nn.TransformerEncoderLayer, x) for x in model.encoder.layers)
    body.decoder.layers = nn.ModuleList(layer(nn.TransformerDecoderLayer, x) for x in model.decoder.layers)
    body.encoder.norm = body.decoder.norm = None  # the norms after each stack belong to norm_first
    return body.train()  # no dropout, and none of the shortcuts that PyTorch takes in evaluation mode


def waves(length):
    place, feature = torch.arange(length)[:, None], torch.arange(D)
    angle = place / 10000.0 ** ((feature - feature % 2) / D)
    return torch.where(feature % 2 == 0, angle.sin(), angle.cos())


def test_transformer_is_pytorchs_transformer(course):
    model = random_model(course)
    body = oracle(model)
    source, target = torch.randint(4, VS, (3, 6)), torch.randint(4, VT, (3, 5))
    source[0, 4:] = source[1, 2] = target[0, 3:] = target[1, 2] = PAD
    vectors = [
        F.embedding(tokens, table.embedding.weight) * D**0.5 + waves(tokens.shape[1])
        for tokens, table in ((source, model.source_embedding), (target, model.target_embedding))
    ]
    hidden = body(
        *vectors,
        tgt_mask=torch.ones(5, 5).triu(1).bool(),
        src_key_padding_mask=source == PAD,
        tgt_key_padding_mask=target == PAD,
        memory_key_padding_mask=source == PAD,
    )
    torch.testing.assert_close(model(source, target), hidden @ model.head.proj.weight.T, atol=1e-5, rtol=1e-5)


def by_hand(model, row, start, end, longest):
    """Greedy decoding of a single row, with the whole model called at every step."""
    written = [start]
    while len(written) < longest and written[1:][-1:] != [end]:
        written.append(int(model(row[None], torch.tensor([written]))[0, -1].argmax()))
    return written


@pytest.mark.parametrize("end", range(4, 9))
def test_greedy_decode_is_decoding_row_by_row(course, end):
    model, source = random_model(course), torch.randint(4, VS, (6, 7))
    source[2, 5:] = source[4, 2:] = PAD
    written = reference_object(course.exercise("greedy_decode"))(model, source, 1, end, 9)
    rows = [by_hand(model, row, 1, end, 9) for row in source]
    longest = max(map(len, rows))
    assert written.tolist() == [row + [PAD] * (longest - len(row)) for row in rows]
    assert torch.equal(written, parts.greedy_decode(model, source, 1, end, 9))


def test_the_weights_of_the_audit_read_the_held_out_dates(trained):
    held_out = dates.load().held_out
    answers = dates.read(*trained, [example.written for example in held_out])
    right = sum(answer == example.iso for answer, example in zip(answers, held_out, strict=True))
    assert right >= 0.98 * len(held_out)


def test_dates_are_written_in_many_languages_and_mean_one_day_each():
    data = dates.load()
    assert len({example.language for example in data.train}) >= 8
    known = set(data.source.characters)
    meanings = {}
    for example in data.train + data.held_out + dates.examples("reserved", 5000, 1):
        assert set(example.written) <= known and len(example.written) <= dates.MAX_LENGTH
        assert meanings.setdefault(example.written, example.iso) == example.iso
    day = date(2024, 3, 5)
    for language, length in dates.styles():
        assert dates.write(day, language, length).split() == format_date(day, length, locale=language).split()


def test_the_three_parts_of_the_days_do_not_overlap():
    days = [set(dates.days(part)) for part in dates.PARTS]
    assert sum(map(len, days)) == len(set.union(*days)) == (dates.LAST - dates.FIRST).days + 1
    trained_on = {example.iso for example in dates.load().train}
    assert not trained_on & {day.isoformat() for part in ("held_out", "reserved") for day in dates.days(part)}


def test_vocabularies_go_there_and_back():
    target = dates.target_vocabulary()
    ids = target.encode(["2024-03-05", "1999"])
    assert ids.shape == (2, 12) and ids[0, 0] == target.start_id and ids[0, -1] == target.end_id
    assert target.decode(ids) == ["2024-03-05", "1999"]
    book = text.load()
    assert book.vocabulary.decode(book.train[None, :200])[0] == book.text[:200]
    assert text.batches(book.train, 3, batch_size=4, length=10)[2][0].shape == (4, 11)


def test_training_learns_saves_and_is_still_while_grading(tmp_path, monkeypatch):
    def loss(model, x, y):
        return F.mse_loss(model(x), y)

    x = torch.randn(64, 3)
    batches = [(x, x @ torch.tensor([[1.0], [2.0], [3.0]]))]
    model, other = nn.Linear(3, 1), nn.Linear(3, 1)
    losses = training.train(model, loss, batches, steps=200, learning_rate=0.1, save=tmp_path / "w.safetensors")
    assert len(losses) == 200 and losses[-1] < 1e-2 * losses[0]
    training.load_weights(other, tmp_path / "w.safetensors")
    assert torch.equal(model.weight, other.weight)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    before = model.weight.clone()
    assert training.train(model, loss, batches, steps=10) == [] and torch.equal(model.weight, before)
    assert dates.read(model, None, "5 March 2024") == []


def test_validating_takes_the_saved_weights_and_never_trains(tmp_path, monkeypatch):
    file, batches = tmp_path / "w.safetensors", [(torch.ones(4, 3), torch.ones(4, 1))]

    def train(model, **saved):
        return training.train(model, lambda model, x, y: F.mse_loss(model(x), y), batches, steps=3, **saved)

    first, second = nn.Linear(3, 1), nn.Linear(3, 1)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(FileNotFoundError, match="run the training cell first"):
        train(first, save=file)
    assert train(first) == [] and not file.exists()
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert len(train(first, save=file)) == 3
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert train(second, save=file) == [] and torch.equal(first.weight, second.weight)
    with pytest.raises(ValueError, match=r"w\.safetensors does not hold the weights of this model.*train it again"):
        train(nn.Linear(3, 2), save=file)
    file.write_text("no weights")
    with pytest.raises(ValueError, match=r"w\.safetensors does not hold the weights"):
        train(second, save=file)


def test_the_loss_of_the_lesson_is_the_mean_over_next_tokens(course):
    names: dict = {"__name__": "lesson"}
    exercise = course.exercise("train")
    exec(exercise.setup, names)
    exec(exercise.solution, names)
    model = random_model(course)
    source, target = torch.randint(4, VS, (2, 6)), torch.tensor([[1, 5, 6, 2, PAD], [1, 7, 8, 9, 2]])
    chances = model(source, target[:, :-1]).softmax(-1)
    right = [chances[row, place, target[row, place + 1]].log() for row in (0, 1) for place in range(3 + row)]
    torch.testing.assert_close(names["training_loss"](model, source, target), -sum(right) / len(right))


def notebook(path, *sources):
    """A notebook of solution cells."""
    about = {"nbgrader": {"solution": True, "grade": False, "grade_id": "cell"}}
    cells = [{"cell_type": "code", "metadata": about, "source": source} for source in sources]
    path.write_text(json.dumps({"cells": cells}))
    return path


IMPORTS = "import torch\nfrom torch import nn\nfrom attnkit import parts\n"
GELU = "def gelu(x):\n    return x * torch.special.ndtr(x)\n"
FORWARD = """class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff, dropout=0.0, activation="relu"):
        super().__init__()
        self.linear_in, self.linear_out = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.activation = torch.relu if activation == "relu" else parts.gelu

    def forward(self, x):
        return self.linear_out(self.activation(self.linear_in(x)))
"""


@pytest.fixture
def given_parts():
    yield
    parts.give_back()


def test_own_components_take_the_place_of_the_given_ones(tmp_path, given_parts, capsys):
    given = parts.FeedForward
    unfinished = "def causal_mask(length):\n    raise NotImplementedError\n"
    assert parts.use(notebook(tmp_path / "05.ipynb", IMPORTS + GELU, FORWARD, unfinished)) == [
        "gelu",
        "FeedForward",
    ]
    said = capsys.readouterr().out
    assert (
        "05.ipynb" in said
        and "gelu, FeedForward" in said
        and "not done yet: causal_mask. Yours at present: gelu from 05" in said
    )
    assert parts.FeedForward is not given and parts.gelu.__module__ == "notebook_05"
    assert isinstance(parts.EncoderLayer(D, H, FF).feed_forward, parts.FeedForward)
    parts.give_back()
    assert parts.FeedForward is given and isinstance(parts.EncoderLayer(D, H, FF).feed_forward, given)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("linear_out", "second"), "no parameter linear_out.weight"),
        (("nn.Linear(d_ff, d_model)", "nn.Linear(d_ff, d_ff)"), "its parameter linear_out.weight has shape"),
        (("d_ff, dropout=0.0", "width, dropout=0.0"), r"its constructor takes \(d_model, width"),
        (("forward(self, x)", "forward(self, y, x=None)"), r"its forward takes \(y, x\), and not \(x\)"),
        (("torch.relu", "torch.tanh"), "differs from that of the given one"),
        (("self.linear_out(self", "(self"), "its result for .* is float32"),
        (("super().__init__()", "pass"), "making it raised AttributeError"),
        (("class FeedForward", "clas FeedForward"), "the cell cell cannot be run: SyntaxError"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(tmp_path, given_parts, change, reason):
    given = parts.FeedForward
    said = rf"05\.ipynb: .*{reason}(.|\n)*All components are the given ones\."
    with pytest.raises(parts.DoesNotFit, match=said):
        parts.use(notebook(tmp_path / "05.ipynb", IMPORTS, FORWARD.replace(*change)))
    assert parts.FeedForward is given


def test_what_is_no_notebook_is_refused_and_what_was_used_stays(tmp_path, given_parts, capsys):
    parts.use(notebook(tmp_path / "gelu.ipynb", IMPORTS + GELU))
    (tmp_path / "text.ipynb").write_text("no notebook")
    (tmp_path / "folder").mkdir()
    for name, reason in (
        ("text.ipynb", "this is no notebook"),
        ("folder", "this is a folder, and no notebook"),
        ("missing.ipynb", "there is no notebook .*missing.ipynb, seen from "),
    ):
        with pytest.raises(parts.DoesNotFit, match=f"{name}: {reason}.*Yours at present: gelu from gelu.ipynb"):
            parts.use(tmp_path / name)
    assert parts.gelu.__module__ == "notebook_gelu"
    capsys.readouterr()
    assert parts.use(notebook(tmp_path / "empty.ipynb", IMPORTS)) == []
    assert "no component in it that could be used" in capsys.readouterr().out


SOLVED = sorted((Path(__file__).parents[3] / "source").glob("*/*.ipynb"))
COMPONENTS = {name for name in parts.__all__ if not name.startswith("load_")} - {
    *("DoesNotFit", "give_back", "use"),
    *("gradient_at_input", "greedy_decode", "PositionalEncoding", "TokenEmbedding"),  # nothing is built from these
}


def test_every_component_of_the_solved_lessons_fits(given_parts, capsys):
    given = {name: getattr(parts, name) for name in COMPONENTS}
    own = [name for path in SOLVED for name in parts.use(path)]
    assert sorted(own) == sorted(COMPONENTS)
    assert not [name for name in COMPONENTS if getattr(parts, name) is given[name]]
    capsys.readouterr()


def test_the_lines_in_the_lesson_take_own_components(given_parts, monkeypatch, capsys):
    lesson = SOLVED[-1]
    monkeypatch.chdir(lesson.parent)
    cells = ["".join(cell["source"]) for cell in json.loads(lesson.read_text())["cells"]]
    (lines,) = [cell for cell in cells if cell.startswith("# parts.use(")]
    exec(lines.replace("# ", ""), {"parts": parts})
    assert capsys.readouterr().out.count("yours from now on: ") == len(lines.splitlines())
    model = parts.Decoder(N, D, H, FF, norm_first=True, cross_attention=False)
    assert {type(part).__module__ for part in (model, model.layers[0])} == {"notebook_09_decoder"}


DECODER_LAYER = """class DecoderLayer(parts.DecoderLayer):
    def forward(self, x, memory=None, self_mask=None, memory_mask=None):
        assert memory is not None
        return super().forward(x, memory, self_mask, memory_mask)
"""


def test_a_decoder_must_do_without_memory(tmp_path, given_parts):
    with pytest.raises(parts.DoesNotFit, match="DecoderLayer does not fit: calling it raised AssertionError"):
        parts.use(notebook(tmp_path / "09.ipynb", IMPORTS + DECODER_LAYER))


def test_grading_does_not_use_own_components(tmp_path, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    given = parts.gelu
    assert parts.use(notebook(tmp_path / "05.ipynb", IMPORTS + GELU)) == [] and parts.gelu is given
