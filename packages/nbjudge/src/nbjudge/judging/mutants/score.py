"""How many mutants of the reference solution the checks of an exercise catch.

A mutant that nothing tells from the reference is recorded beside the known mistakes, with the reason, in
`<exercise>/equivalent.toml`:

    [[equivalent]]
    where = "Linear.__init__"
    was = "bound = 1 / math.sqrt(in_features)"
    now = ["bound = 2 / math.sqrt(in_features)", "bound = 1 / in_features"]
    reason = "How parameters are initialised is left open."
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

from nbjudge.course import Course, Exercise, course_at
from nbjudge.errors import CourseError
from nbjudge.judging.judge import Judge
from nbjudge.judging.mutants.mutant import Mutant, mutants, normal_form

RECORDS = "equivalent.toml"
_NICENESS = 10  # a machine where somebody works stays usable


@dataclass(frozen=True)
class Tried:
    """A source that is judged; one that `passes`, as far as is known, is given all the time that it wants."""

    source: str
    passes: bool = False


# Of each source, in turn, the name of the first check that it fails, or None.
Failures = Callable[[Exercise, Sequence[Tried]], Iterator[str | None]]


@dataclass(frozen=True)
class Record:
    """A mutant that is recorded as equivalent."""

    where: str
    was: str
    now: str
    reason: str

    @property
    def change(self) -> tuple[str, str, str]:
        return self.where, self.was, self.now


@dataclass
class MutationScore:
    """What became of the mutants of one exercise."""

    exercise: str
    caught: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    equivalent: list[Record] = field(default_factory=list)  # survivors that are recorded
    stale: dict[Record, str] = field(default_factory=dict)  # records that hold no more, and why

    @property
    def total(self) -> int:
        return self.caught + len(self.survivors) + len(self.equivalent)

    @property
    def holds(self) -> bool:
        return not self.survivors and not self.stale

    def as_json(self) -> dict[str, object]:
        return {
            "exercise": self.exercise,
            "total": self.total,
            "caught": self.caught,
            "survivors": [{"where": one.where, "was": one.was, "now": one.now} for one in self.survivors],
            "equivalent": [asdict(record) for record in self.equivalent],
            "stale": [{**asdict(record), "why": why} for record, why in self.stale.items()],
        }


def mutation_score(
    exercise: Exercise, failures: Failures, progress: Callable[[int, int], None] = lambda done, total: None
) -> MutationScore:
    """Judge all mutants of the reference solution; `progress` hears how many of how many are done.

    Raises `CourseError` where the reference itself fails, and for records that cannot be read.
    """
    records = {record.change: record for record in recorded(exercise)}
    made = mutants(exercise.solution)
    reference = Tried(normal_form(exercise.solution), passes=True)
    found = failures(exercise, [reference, *(Tried(mutant.source, mutant.change in records) for mutant in made)])
    failed = next(found)
    if failed is not None:
        raise CourseError(f"{exercise.name}: its own solution fails {failed}, so that mutants of it tell nothing")
    score = MutationScore(exercise.name)
    seen: dict[tuple[str, str, str], bool] = {}  # whether the mutant survived
    for done, (mutant, failed) in enumerate(zip(made, found, strict=True), start=1):
        seen[mutant.change] = seen.get(mutant.change, False) or failed is None
        if failed is not None:
            score.caught += 1
        elif mutant.change in records:
            score.equivalent.append(records[mutant.change])
        else:
            score.survivors.append(mutant)
        progress(done, len(made))
    for change, record in records.items():
        if not seen.get(change):
            score.stale[record] = "the checks catch it" if change in seen else "there is no such mutant"
    return score


def recorded(exercise: Exercise) -> list[Record]:
    """The mutants of an exercise that are recorded as equivalent. Raises `CourseError` for a file of another form."""
    path = exercise.course.root / exercise.course.settings.mistakes / exercise.name / RECORDS
    if not path.is_file():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
        return [
            Record(entry["where"], entry["was"].strip("\n"), now.strip("\n"), entry["reason"])
            for entry in entries
            for now in entry["now"]
        ]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise CourseError(f"{path}: wants [[equivalent]] with where, was, now = […] and reason: {error}") from error


@contextmanager
def workers(course: Course, number: int | None = None) -> Iterator[Failures]:
    """`number` processes that judge side by side, by default one for each core."""
    with ProcessPoolExecutor(number, get_context("spawn"), os.nice, (_NICENESS,)) as pool:
        yield lambda exercise, tried: pool.map(partial(_first_failure, course.root, exercise.name), tried)


def _first_failure(root: Path, exercise: str, tried: Tried) -> str | None:
    course = _patient_course_at(root) if tried.passes else course_at(root)
    failure = Judge(course).first_failure(exercise, tried.source)
    return None if failure is None else failure.name


@cache
def _patient_course_at(root: Path) -> Course:
    return course_at(root).patient()
