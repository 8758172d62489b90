"""How the known mistakes of an exercise fare, kept beside them: to run them all takes longer than to grade a submission.

`known.json` is part of a course, as a lock file is of a project: it is made from the checks and the mistakes, says what
it was made of, and is made anew when that has changed. `nbjudge audit` runs the mistakes in any case, and mends the
file where it is no longer true.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbjudge.course import Exercise, Sample
from nbjudge.errors import CourseError
from nbjudge.judging.fingerprint import Fingerprint, fingerprint
from nbjudge.judging.verdict import CheckResult
from nbjudge.source_text import parse

FILE = "known.json"
_FORMAT = 2
_NUMBER = re.compile(r"[-+]?\d[\d.e+-]*")
# Who makes the same mistake in other words fails a check otherwise in these: the line, the kind and the words of an
# error, but for an attribute that is missing; and all numbers.
_VARYING = (
    (re.compile(r"`[^`]*`"), "#"),
    (_NUMBER, "#"),
    (re.compile(r"(?<= \| )[A-Z]\w*Error\Z"), "an error"),
    (re.compile(r"(your code raised) (?!AttributeError: '(?!NoneType)).*", re.DOTALL), r"\1 an error"),
    (re.compile(r"\ba (list|tuple)(?= of # items)"), "several"),
)
_CALLED = re.compile(r"(your code calls \w+)[\w.]*")
# Of a name in a module, what its author chooses: the first part, and what a norm calls its gain.
_OWN_PART = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\.[^\W\d]\w*(?![\w.])|(?=\.\w))")


@dataclass
class Transcript:
    """What an object answered, check by check; two objects that answer alike made the same mistake."""

    passed: dict[str, bool] = field(default_factory=dict)
    answers: dict[str, Fingerprint] = field(default_factory=dict)
    manners: dict[str, str] = field(default_factory=dict)  # how each failed check ended, in words without numbers

    def note(self, check: CheckResult, answers: list[object]) -> None:
        """Note how a check ended."""
        self.passed[check.name], self.answers[check.name] = check.passed, fingerprint(answers)
        self.manners[check.name] = "" if check.passed else _manner(check, answers)

    def as_json(self) -> dict[str, Any]:
        """What `transcript_of` reads."""
        return {name: [passed, astuple(self.answers[name]), self.manners[name]] for name, passed in self.passed.items()}

    def agrees(self, other: Transcript) -> bool:
        """Whether these are of one object on two machines, whose arithmetic may differ: a mistake may enlarge that.

        Answers that passed a check agreed with it, to its own tolerance.
        """
        same = self.passed == other.passed and self.manners == other.manners
        failed = [name for name, passed in self.passed.items() if not passed]
        return same and all(self.answers[name].near(other.answers[name]) for name in failed)


def without_numbers(text: str) -> str:
    """What was seen, without what is of who made it, and of the machine that it was made on."""
    return _NUMBER.sub("#", text)


def _manner(check: CheckResult, answers: list[object]) -> str:
    """How a check failed, without what depends on who writes: numbers, and names in a module, of which parts remain."""
    seen = _CALLED.sub(r"\1", check.seen)
    names = [name for name in _names(answers) if "." not in name and name in seen]  # a stranger may make many
    if names:
        seen = re.sub(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})(?![\w.])", "~", seen)
    text = _OWN_PART.sub("~", f"{check.expected} | {seen}")
    for varying, plain in _VARYING:
        text = varying.sub(plain, text)
    return text


def _names(answers: list[object]) -> set[str]:
    """The names in modules that answers hold."""
    named = [answer for answer in answers if isinstance(answer, dict)]
    return {name for answer in named for name in answer if isinstance(name, str) and name}


def transcript_of(stored: dict[str, Any]) -> Transcript:
    """A transcript from its JSON."""
    found = Transcript()
    for name, (passed, answer, manner) in stored.items():
        found.passed[name], found.answers[name], found.manners[name] = passed, _fingerprint_of(answer), manner
    return found


def _fingerprint_of(row: list[Any]) -> Fingerprint:
    """A fingerprint from its JSON."""
    exact, numbers, sums, shows_values = row
    return Fingerprint(exact, tuple(numbers), tuple(sums), shows_values)


@dataclass(frozen=True)
class Known:
    """A known mistake, and how it fares."""

    sample: Sample
    transcript: Transcript


def load(exercise: Exercise) -> list[Known] | None:
    """What `save` kept, if it still holds; else None."""
    samples = {sample.name: sample for sample in exercise.mistakes}
    try:
        kept = json.loads(_file(exercise).read_text(encoding="utf-8"))
        if kept["made_of"] != _made_of(exercise):
            return None
        prints = [_fingerprint_of(row) for row in kept["answers"]]
        return [Known(samples[name], _read(one, prints, kept)) for name, one in kept["mistakes"].items()]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None  # there is none, or somebody else has written it


def save(exercise: Exercise, found: list[Known]) -> None:
    """Keep what was found out. Where nothing can be written, nothing is kept; where nothing is new, nothing changes."""
    before = load(exercise)
    if not found or (before is not None and _agree(before, found)):
        return
    tables = _Tables()
    mistakes = {one.sample.name: tables.rows(one.transcript) for one in found}
    kept = {
        "made_of": _made_of(exercise),
        "answers": [astuple(one) for one in tables.answers],
        "manners": list(tables.manners),
        "mistakes": mistakes,
    }
    path = _file(exercise)
    part = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        part.write_text(_lines(kept), encoding="utf-8")
        os.replace(part, path)


def _agree(before: list[Known], now: list[Known]) -> bool:
    if [one.sample.name for one in before] != [one.sample.name for one in now]:
        return False
    return all(ours.transcript.agrees(theirs.transcript) for ours, theirs in zip(before, now, strict=True))


class _Tables:
    """Each answer and each manner once: most mistakes answer most checks alike."""

    def __init__(self) -> None:
        self.answers: dict[Fingerprint, int] = {}
        self.manners: dict[str, int] = {}

    def rows(self, transcript: Transcript) -> dict[str, list[int]]:
        """Of each check, whether it passed, and which answer and manner are its."""
        return {
            name: [
                int(passed),
                self.answers.setdefault(transcript.answers[name], len(self.answers)),
                self.manners.setdefault(transcript.manners[name], len(self.manners)),
            ]
            for name, passed in transcript.passed.items()
        }


def _read(rows: dict[str, list[int]], prints: list[Fingerprint], kept: dict[str, Any]) -> Transcript:
    found = Transcript()
    for name, (passed, answer, manner) in rows.items():
        found.passed[name] = bool(passed)
        found.answers[name], found.manners[name] = prints[answer], kept["manners"][manner]
    return found


def _lines(kept: dict[str, Any]) -> str:
    """JSON with a line for each entry, so that a change of one is a change of a line."""
    parts = []
    for key, value in kept.items():
        if isinstance(value, list):
            body = "[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in value) + "\n]"
        elif isinstance(value, dict):
            rows = (f"{json.dumps(name)}: {json.dumps(one, separators=(',', ':'))}" for name, one in value.items())
            body = "{\n" + ",\n".join(rows) + "\n}"
        else:
            body = json.dumps(value)
        parts.append(f"{json.dumps(key)}: {body}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _file(exercise: Exercise) -> Path:
    return exercise.course.root / exercise.course.settings.mistakes / exercise.name / FILE


def _made_of(exercise: Exercise) -> str:
    """A hash of all that the answers of mistakes, and what checks say of them, depend on.

    That is code, without its comments; neither advice, nor versions.
    """
    state = hashlib.sha256()
    names = exercise.course.names_from(exercise.name)
    parts = (str(_FORMAT), exercise.expression, _code(exercise.setup), _code(exercise.solution), *names)
    for part in parts:
        state.update(part.encode() + b"\0")
    for name, content in _contents(exercise):
        state.update(name.encode() + b"\0" + content + b"\0")
    return state.hexdigest()[:32]


def _contents(exercise: Exercise) -> Iterator[tuple[str, bytes]]:
    for sample in exercise.mistakes:
        yield sample.name, without_advice(sample.source).encode()
        yield from _files(sample.folder)
    yield exercise.check_file.name, _content(exercise.check_file)
    yield from _files(exercise.artifacts)
    for place in _places(exercise.course.settings.given):
        yield from _files(place) if place.is_dir() else [(place.name, _content(place))]


def _content(path: Path) -> bytes:
    return _code_at(path, path.stat().st_mtime_ns) if path.suffix == ".py" else path.read_bytes()


@cache
def _code_at(path: Path, _changed: int) -> bytes:
    """The code of a file; the given parts are the same for every exercise."""
    return _code(path.read_bytes().decode("utf-8", "replace")).encode()


def _code(source: str) -> str:
    """The code of a source, whatever its layout and its comments are."""
    tree = parse(source)
    return source if tree is None else ast.unparse(tree)


def without_advice(source: str) -> str:
    """The code of a mistake: what its author says of it may change without it being run again."""
    tree = ast.parse(source)
    body = [node for node in tree.body if not _is_advice(node)]
    return ast.unparse(ast.Module(body, []))


def _is_advice(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Assign(targets=[ast.Name(id="FUNDAMENTAL")]):
            return True
    return False


def _places(module: str) -> Iterator[Path]:
    """Where a module is, or a package."""
    try:
        spec = importlib.util.find_spec(module) if module else None
    except ImportError as error:
        raise CourseError(f"the given module {module} cannot be found: {error}") from error
    places: Iterable[str | None] = (spec.submodule_search_locations or [spec.origin]) if spec else ()
    yield from (Path(place) for place in places if place)


def _files(folder: Path | None) -> list[tuple[str, bytes]]:
    if folder is None or not folder.is_dir():
        return []
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return [(path.name, _content(path)) for path in paths]
