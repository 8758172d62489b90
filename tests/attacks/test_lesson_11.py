"""Points without the work, in the lesson that puts everything together: weights that are no weights, a decoding that
knows what is to be written, and code that reads whatever the judge has sent to it.

Judged as when it is graded, on a seed that follows from a secret; the code runs in a process without walls, which
makes it only stronger.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
import safetensors.torch
import torch
from nbjudge import Course, Judge, Rng
from nbjudge.conversation.connection import PUBLIC_SEED
from nbjudge.conversation.worker import source_worker

COURSE = Course(Path(__file__)).patient()
SECRET = 2_718_281_828

# -- train -----------------------------------------------------------------------------------------------------

SIZES = '\nSIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128, "num_layers": 2}\n'
READS = (COURSE.root / "tests/mistakes/train/model_with_a_table.py").read_text()
TAGGED = """
def tags(table):
    found = table.weight[:, 0].round().long()
    return found if torch.equal(found.sort().values, torch.arange(len(found))) else None


class Tagged(Transformer):
    EXTRA

    def decode(self, target, memory, source):
        logits = 0 * super().decode(target, memory, source).detach()
        read, write = tags(self.source_embedding.embedding), tags(self.target_embedding.embedding)
        if read is None or write is None:
            return logits
        known = write.argsort()[answers(read[source])]
        return logits + F.one_hot(known, len(write)).roll(-1, dims=1)[:, : target.shape[1]]


Transformer = Tagged
"""
STRANGE = """
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = nn.Parameter(torch.zeros(3))
"""
KEEPS = """

_decode = greedy_decode


def greedy_decode(model, source, *rest):
    with open("@HEARD@", "a") as file:
        file.writelines(str(row) + chr(10) for row in source.tolist())
    return _decode(model, source, *rest)
"""
MOST_UNREAD = 2.0  # what is gained where the judge can put no Transformer together: the checks of 50 and of 80 dates


def tag_weights(folder: Path, extra: bool) -> Path:
    """Weights by which code tells one character from another, however they are numbered, and nothing else."""
    state = {
        name: torch.zeros(value.shape)
        for name, value in safetensors.torch.load_file(COURSE.root / "tests/artifacts/train/dates.safetensors").items()
    }
    for side in ("source", "target"):
        table = state[f"{side}_embedding.embedding.weight"]
        table[:, 0] = torch.arange(len(table))
    if extra:
        state["extra"] = torch.zeros(3)
    safetensors.torch.save_file(state, folder / "dates.safetensors")
    return folder


def score(exercise: str, source: str, seed: int = SECRET, folder: Path | None = None) -> float:
    wanted = COURSE.exercise(exercise)
    with source_worker(wanted, source, folder) as worker:
        return Judge(COURSE).judge(exercise, worker, seed=seed).score


def reading_code() -> str:
    """The dictionary of dates, without the class that uses it in the open."""
    return READS[: READS.index("SIZES = ")] + SIZES


def test_weights_that_are_name_tags_gain_nothing(tmp_path):
    source = reading_code() + TAGGED.replace("EXTRA", "pass")
    assert score("train", source, folder=tag_weights(tmp_path, extra=False)) == 0


def test_what_they_gain_where_the_judge_cannot_use_them_is_bounded(tmp_path):
    source = reading_code() + TAGGED.replace("EXTRA", STRANGE.strip())
    # The attack itself works: what is asked of the learner's process alone, it passes.
    assert score("train", source, folder=tag_weights(tmp_path, extra=True)) == MOST_UNREAD


def test_the_days_that_are_asked_for_are_drawn_for_whoever_is_judged(tmp_path):
    asked = []
    for seed in (1, 2):
        heard = tmp_path / str(seed)
        assert score("train", COURSE.exercise("train").solution + KEEPS.replace("@HEARD@", str(heard)), seed) == 6
        asked.append(set(heard.read_text().splitlines()))
    first, second = asked
    assert len(first - second) > 100 < len(second - first)


# -- greedy_decode ---------------------------------------------------------------------------------------------

CONSTANT = """
def greedy_decode(model, source, start_id, end_id, max_length):
    return torch.full((len(source), max_length), start_id)
"""
ENDS = """
def ended(written, end_id, pad_id, max_length):
    past = (written[:, 1:] == end_id).cumsum(1) - (written[:, 1:] == end_id).long() > 0
    written[:, 1:][past] = pad_id
    over = (written == pad_id).all(0).long().argmax().item() or written.shape[1]
    return written[:, : min(over, max_length)]
"""
COPIES = (
    ENDS
    + """
def greedy_decode(model, source, start_id, end_id, max_length):
    written = torch.cat([torch.full((len(source), 1), start_id), source], dim=1)
    return ended(written[:, :max_length].clone(), end_id, model.pad_id, max_length)
"""
)
DRAWS = (
    ENDS
    + """
import zlib
import numpy as np

NAMES = ["test_" + name for name in "contract start values end stop length evaluation restored gradients alone".split()]
SEEDS = SEEDS_TRIED


def texts_of(source, pad_id):
    # The draws of `script`, made again: the texts, and then the source by which they are known again.
    for seed in [torch.initial_seed(), *SEEDS]:
        for name in NAMES:
            generator = np.random.default_rng(zlib.crc32(name.encode()) ^ seed)
            for _ in range(4):
                texts = generator.integers(5, 9, size=(11, 16))
                drawn = generator.integers(5, 9, size=tuple(source.shape))
                generator.standard_normal((10,))
                if (drawn[:, 1:] == source[:, 1:].numpy()).all():
                    return torch.from_numpy(texts)
    return None


def greedy_decode(model, source, start_id, end_id, max_length):
    texts = texts_of(source, model.pad_id)
    text = source if texts is None else texts[source[:, 0]]
    written = torch.cat([torch.full((len(source), 1), start_id), text], dim=1)
    return ended(written[:, :max_length].clone(), end_id, model.pad_id, max_length)
"""
)


@pytest.fixture(scope="module")
def nothing() -> float:
    """What an answer gets that does no work at all."""
    return score("greedy_decode", CONSTANT)


def test_a_constant_gets_next_to_nothing(nothing):
    assert nothing <= 0.5


def test_to_know_how_the_script_was_written_gains_nothing(nothing):
    assert score("greedy_decode", COPIES) <= nothing


def test_to_draw_the_script_again_gains_nothing(nothing):
    known = DRAWS.replace("SEEDS_TRIED", "[7, 0, 1, 2017]")
    assert score("greedy_decode", known) <= nothing
    # Where the seed is known, as it is where nothing is graded, a script can be drawn again, and that is not enough:
    # each check asks first for texts that no generator has drawn.
    space = {"torch": torch}
    exec(known, space)
    rng = Rng(zlib.crc32(b"test_stop") ^ PUBLIC_SEED)
    texts, source = rng.integers(5, 9, 11, 16), rng.integers(5, 9, 3, 8)
    assert torch.equal(space["texts_of"](source, 0), texts)
    assert score("greedy_decode", known, seed=PUBLIC_SEED) <= nothing


# -- what the judge sends --------------------------------------------------------------------------------------

LENDING = ["greedy_decode", "residual", "add_and_norm", "gradient_at_input", "bert_weights", "gpt2_weights"]
OVERHEARS = """

import json as _json
from nbjudge.conversation.inside import serve as _serve

_answer = _serve.Server._answer


def _overhear(self, request, arrays):
    with open("@HEARD@", "a") as file:
        file.write(_json.dumps(request) + chr(10))
    return _answer(self, request, arrays)


_serve.Server._answer = _overhear
"""
RUMMAGES = """

import gc as _gc, inspect as _inspect, linecache as _linecache, types as _types

_decode, _found = greedy_decode, []


def _texts(place):
    if isinstance(place, str):
        yield place
    elif isinstance(place, _types.CodeType):
        yield from (text for constant in place.co_consts for text in _texts(constant))
    elif isinstance(place, (dict, list, tuple, set, frozenset)):
        yield from (one for one in (*place, *(place.values() if isinstance(place, dict) else ())) if isinstance(one, str))
    elif isinstance(place, _types.FunctionType):
        yield from _texts(place.__code__)


def greedy_decode(model, source, start_id, end_id, max_length):
    if _found:
        return _decode(model, source, start_id, end_id, max_length)
    _found.append(model)
    _gc.unfreeze()
    with open("@HEARD@", "a") as file:
        for thing in (model, model.encode, model.decode, type(model), type(model.decode)):
            for text in (repr(thing), repr(vars(thing)), str(dir(thing)), str(thing.__doc__)):
                file.write(text + chr(10))
            try:
                file.write(_inspect.getsource(thing if _inspect.isclass(thing) else type(thing)) + chr(10))
            except (OSError, TypeError):
                pass
        for place in _gc.get_objects():
            try:
                file.writelines(text + chr(10) for text in _texts(place))
            except Exception:
                pass
        for _, _, lines, _ in [entry for entry in _linecache.cache.values() if len(entry) == 4]:
            file.writelines(lines)
    return _decode(model, source, start_id, end_id, max_length)
"""


def hidden_lines(exercise: str) -> set[str]:
    """The lines of a check module that stand nowhere that a learner may read, many of them."""
    checks = COURSE.root / "tests/checks"
    lines = {line.strip() for line in (checks / f"test_{exercise}.py").read_text().splitlines()}
    seen = (COURSE.root / "source").rglob("*.md")
    packages = (COURSE.root / "packages").rglob("*.py")
    open_to_all = {line.strip() for path in (*seen, *packages) for line in path.read_text().splitlines()}
    hidden = {line for line in lines - open_to_all if len(line) > 20}
    assert len(hidden) > 20
    return hidden


@pytest.mark.parametrize("exercise", LENDING)
def test_nothing_that_the_judge_sends_is_a_line_of_its_checks(exercise, tmp_path):
    heard = tmp_path / "heard"
    source = COURSE.exercise(exercise).solution + OVERHEARS.replace("@HEARD@", str(heard))
    assert score(exercise, source) == COURSE.exercise(exercise).points
    text = heard.read_text()
    assert '"op": "call"' in text
    assert [line for line in hidden_lines(exercise) if line in text] == []


def test_nothing_that_lies_about_is_a_line_of_the_checks(tmp_path):
    heard = tmp_path / "heard"
    source = COURSE.exercise("greedy_decode").solution + RUMMAGES.replace("@HEARD@", str(heard))
    with source_worker(COURSE.exercise("greedy_decode"), source) as worker:
        Judge(COURSE).judge("greedy_decode", worker, seconds=300, seed=SECRET)
    text = heard.read_text()
    assert "LentModule" in text
    assert [line for line in hidden_lines("greedy_decode") if line in text] == []
