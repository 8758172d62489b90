"""The asserts that learners run themselves: which known mistakes they let through."""

from __future__ import annotations

import builtins
import time
from dataclasses import replace
from pathlib import Path

from nbgrader import utils

from nbjudge.conversation.connection import ForbiddenCall, Gone, StudentError, Unresponsive, Unusable
from nbjudge.conversation.worker import Worker
from nbjudge.course import Exercise, Sample, judge_line, read_notebook
from nbjudge.scopes import references
from nbjudge.source_text import bound_names, parse, plain_python

_HOLD = "the_first_tests_hold"


def hold(exercise: Exercise, sample: Sample) -> bool:
    """Whether the first tests of `exercise` hold for a sample, as a learner's Validate finds out."""
    before, after = _shown(exercise, sample.source)
    own = bound_names(sample.source)
    earlier = [name for name in exercise.earlier_names if name not in own]
    folder = sample.folder or exercise.artifacts
    tried = "\n\n".join(map(plain_python, [*after, exercise.first_tests, f"{_HOLD} = True"]))  # all, or none
    cells = [_as_validate(folder), *before, sample.source, tried]
    with Worker(replace(exercise, expression=_HOLD), cells, earlier, folder) as worker:
        connection = worker.connect()
        connection.deadline = time.monotonic() + exercise.course.settings.cell_seconds
        try:
            connection.hello()
        except ForbiddenCall:  # of what learners have within reach
            return True
        except (StudentError, Unresponsive, Gone, Unusable):
            return False
        return True


def _as_validate(folder: Path) -> str:
    """A cell that makes the process like one of nbgrader's Validate, in the folder of what is handed in."""
    lines = ["import os as _os", "_os.environ['NBGRADER_EXECUTION'] = 'validate'"]
    if folder.is_dir():
        lines.append(f"_os.chdir({str(folder.resolve())!r})")
    return "\n".join(lines)


def _shown(exercise: Exercise, source: str) -> tuple[list[str], list[str]]:
    """Cells of the lesson that define what the first tests name and neither `source` nor what it builds on does.

    They are those above and below the solution; the reference's own is one of them where a name is not judged, so
    that a sample has none of its own.
    """
    known = bound_names(exercise.setup) | bound_names(source) | {*exercise.earlier_names, *dir(builtins)}
    missing = _read(exercise.first_tests) - known
    if not missing:
        return [], []
    before: list[str] = []
    after: list[str] = []
    above, below = _cells(exercise)
    for cells, taken in ((below, after), (above, before)):
        for cell in reversed(cells):
            if bound_names(cell) & missing:
                taken.insert(0, cell)
                missing = (missing - bound_names(cell)) | (_read(cell) - known)
    return before, after


def _read(source: str) -> set[str]:
    """The names that a cell reads and does not bind itself."""
    tree = parse(source)
    read = {one.path.partition(".")[0] for one in references(tree) if not one.imported} if tree is not None else set()
    return read - bound_names(source)


def _cells(exercise: Exercise) -> tuple[list[str], list[str]]:
    """The code cells above the exercise's grading cell that it does not stand on: to its solution, and below that."""
    above: list[str] = []
    below: list[str] = []
    for cell in read_notebook(exercise.text_file).cells:
        if cell.cell_type != "code":
            continue
        if utils.is_grade(cell):
            line = judge_line(cell.source)
            if line is not None and line.exercise == exercise.name:
                break
        elif utils.is_solution(cell):
            above, below = [*above, *below, cell.source], []
        elif not utils.is_locked(cell):
            below.append(cell.source)
    return above, below
