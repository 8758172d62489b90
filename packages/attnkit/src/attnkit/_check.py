"""The line under each exercise: it asks whoever can judge, and says in a sentence where nobody can."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from attnkit import _progress
from attnkit._execution import unseen

JUDGES = "notebook.judges"
"""The group of entry points that judges are registered in, by whatever is installed beside this package: one for the
checks on this machine, or one that asks the server of a course."""

_WITHHELD = (
    "The course's checks are not here, so the asserts above are your test for now. When you hand in, the checks decide."
)
_INTERRUPTED = "The checks were interrupted. Run the cell again when you like."
_FAILED = "The checks could not run, which says nothing about your answer. Their author may want to know: {}: {}"


class Judged(Protocol):
    """What a judge returns: points, and whatever else a notebook shows of an object, as a table."""

    score: float
    max_score: float


class Judge(Protocol):
    """Judges an answer by the checks of the course in a folder; None where it has no checks for it."""

    def __call__(self, exercise: str, answer: object, folder: Path, /) -> Judged | None: ...


class Said:
    """A sentence in the place of a result."""

    def __init__(self, text: str):
        self._text = text

    def __repr__(self) -> str:
        return self._text


def check(exercise: str, answer: object) -> Judged | Said | None:
    """Judge ``answer`` by all checks of ``exercise`` where they are within reach, and return what to show.

    On your own, with the course's repository and its judge installed, that is a table: points, what was expected and
    seen, and advice. In a class that keeps its checks to itself it is a sentence. While the notebook is graded or
    validated nothing happens: marks come from grading alone.
    """
    if unseen():
        return None
    try:
        judged = _ask(exercise, answer)
    except KeyboardInterrupt:
        return Said(_INTERRUPTED)
    except Exception as error:  # the judge's fault, whose traceback would tell a learner nothing
        return Said(_FAILED.format(type(error).__name__, error))
    if judged is None:
        return Said(_WITHHELD)
    _progress.note(exercise, judged.score, judged.max_score)
    return judged


def _ask(exercise: str, answer: object) -> Judged | None:
    """The first judge's verdict that has one."""
    course = _progress.read(_progress.folder()).course
    folders = [Path.cwd(), *([Path(course)] if course else [])]
    for entry in entry_points(group=JUDGES):
        judge = cast(Judge, entry.load())
        for folder in folders:
            judged = judge(exercise, answer, folder)
            if judged is not None:
                return judged
    return None
