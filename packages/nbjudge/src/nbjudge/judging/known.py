"""How the known mistakes of an exercise fare, kept on disk: to run them all takes longer than to grade a submission.

A file holds what the checks said of every mistake, and what it answered, as JSON and arrays. Its name carries a hash
of all that the answers depend on, so a file is right or is not found.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from safetensors import SafetensorError

from nbjudge.conversation.common import wire
from nbjudge.conversation.standin import StandIn
from nbjudge.course import Exercise, Sample
from nbjudge.judging.verdict import CheckResult

FOLDER = Path(".nbjudge") / "known"
_BOUNDS = wire.Bounds(items=1 << 24)  # our own answers, of many mistakes
_KEY = "known"
_VARYING = re.compile(r"`[^`]*`|[-+]?\d[\d.e+-]*")  # in a message: the learner's own line, and numbers
# Stands for every object that is no data. There is nobody who could answer for it, and nobody asks.
_ANYTHING = StandIn(None)  # type: ignore[arg-type]


@dataclass
class Transcript:
    """What an object answered, check by check; two objects that answer alike made the same mistake."""

    passed: dict[str, bool] = field(default_factory=dict)
    answers: dict[str, list[object]] = field(default_factory=dict)
    manners: dict[str, str] = field(default_factory=dict)  # how each check ended, in words without numbers

    def note(self, check: CheckResult, answers: list[object]) -> None:
        """Note how a check ended."""
        self.passed[check.name], self.answers[check.name] = check.passed, answers
        self.manners[check.name] = _VARYING.sub("#", f"{check.expected} | {check.seen}")


@dataclass(frozen=True)
class Known:
    """A known mistake, and how it fares."""

    sample: Sample
    checks: list[CheckResult]
    transcript: Transcript


def load(exercise: Exercise) -> list[Known] | None:
    """What `save` kept, if it still holds; else None."""
    samples = {sample.name: sample for sample in exercise.mistakes}
    try:
        with safetensors.safe_open(_file(exercise), "pt") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dictionary
            decoder = wire.Decoder(arrays, lambda _: _ANYTHING, _BOUNDS)
            return [_known(samples, decoder, one) for one in json.loads(file.metadata()[_KEY])]
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, wire.WireError):
        return None  # there is none, or it was cut off


def _known(samples: dict[str, Sample], decoder: wire.Decoder, one: dict[str, Any]) -> Known:
    checks = [CheckResult(**check) for check in one["checks"]]
    answers: Any = decoder.decode(one["answers"])  # as `save` wrote them
    return Known(samples[one["name"]], checks, Transcript(one["passed"], answers, one["manners"]))


def save(exercise: Exercise, found: list[Known]) -> None:
    """Keep what was found out; older files of the exercise go. Where nothing can be written, nothing is kept."""
    encoder = wire.Encoder(lambda _: {"handle": 0}, _BOUNDS)
    path = _file(exercise)
    with contextlib.suppress(OSError, wire.WireError):
        known = [
            {
                "name": one.sample.name,
                "checks": [asdict(check) for check in one.checks],
                "passed": one.transcript.passed,
                "manners": one.transcript.manners,
                "answers": encoder.encode(one.transcript.answers),
            }
            for one in found
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        safetensors.torch.save_file(encoder.arrays, part, {_KEY: json.dumps(known)})
        for old in path.parent.glob(f"{exercise.name}-*.safetensors"):
            old.unlink(missing_ok=True)
        os.replace(part, path)


def _file(exercise: Exercise) -> Path:
    out_of_reach = exercise.course.names_from(exercise.name)
    state = hashlib.sha256(f"{sys.version} {np.__version__} {torch.__version__} {out_of_reach}".encode())
    for path in _sources(exercise):
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return exercise.course.root / FOLDER / f"{exercise.name}-{state.hexdigest()[:24]}.safetensors"


def _sources(exercise: Exercise) -> Iterator[Path]:
    """All that the answers of mistakes, and what checks say of them, depend on."""
    yield exercise.check_file
    yield exercise.text_file
    for sample in exercise.mistakes:
        yield sample.path
        yield from _files(sample.folder)
    yield from _files(exercise.artifacts)
    for package in ("nbjudge", exercise.course.settings.given.partition(".")[0]):
        spec = importlib.util.find_spec(package) if package else None
        places: Iterable[str | None] = (spec.submodule_search_locations or [spec.origin]) if spec else ()
        for place in filter(None, places):
            yield from sorted(Path(place).rglob("*.py")) if os.path.isdir(place) else [Path(place)]


def _files(folder: Path | None) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder and folder.is_dir() else []
