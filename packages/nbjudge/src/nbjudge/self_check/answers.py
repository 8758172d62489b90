"""What there is to judge: in each notebook, file or module the answers to exercises of the course."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils

from nbjudge.autograde.placing import Anchor, Cell, place
from nbjudge.autograde.submission import NOTES, new_cells, read_cells
from nbjudge.course import Course, Exercise, clear_solution, judge_line, read_notebook
from nbjudge.errors import UnreadableNotebook
from nbjudge.source_text import bound_names, parse


@dataclass(frozen=True)
class Answer:
    """An answer to one exercise: all cells of its author up to the test, in their order."""

    exercise: Exercise
    cells: list[str]
    text: list[str] | None = None
    """What is read of them, where that is not what is run."""
    folder: Path | None = None
    line: int = 1
    """Where it begins in its file."""
    notes: list[str] = field(default_factory=list)
    if_lost: list[str] = field(default_factory=list)
    """Notes for an answer that has lost points."""


@dataclass(frozen=True)
class Work:
    """A notebook, a file or a module, and the answers in it; or why there is none."""

    name: str
    path: Path | None
    answers: list[Answer] = field(default_factory=list)
    problem: str = ""


def find_work(course: Course, name: str, exercise: str | None = None) -> Work:
    """The answers in the notebook, Python file or module called `name`; of `exercise` alone, where one is named."""
    path = Path(name)
    try:
        if path.suffix == ".ipynb":
            work = Work(name, path, _of_notebook(course, path))
        elif path.suffix == ".py":
            work = Work(name, path, _of_file(course, path, exercise))
        else:
            work = _of_module(course, name, exercise)
    except UnreadableNotebook as error:
        return Work(name, path, problem=f"cannot be read: {error}")
    answers = [one for one in work.answers if exercise in (None, one.exercise.name)]
    if not answers:
        what = f"the exercise {exercise}" if exercise else "any exercise of this course"
        return Work(name, work.path, problem=f"holds no answer to {what}")
    return Work(name, work.path, answers)


@cache
def anchors_of(course: Course, notebook: Path) -> list[Anchor]:
    """The instructor's cells of a source notebook, as they are released, but with their hidden tests. Read once."""
    anchors = []
    for cell in read_notebook(notebook).cells:
        about = cell.metadata.get("nbgrader")
        if about and about.get("grade_id"):
            solution = utils.is_solution(cell)
            anchors.append(
                Anchor(
                    id=about.grade_id,
                    source=clear_solution(cell, course.settings.config) if solution else cell.source,
                    cell_type=cell.cell_type,
                    metadata={**about, "cell_type": cell.cell_type},
                    solution=solution,
                    grade=utils.is_grade(cell),
                )
            )
    return anchors


def _anchors_for(course: Course, cells: Iterable[Cell]) -> list[Anchor]:
    """The instructor's cells of the source notebook that a notebook with these cells was made of."""
    ids = {cell["metadata"].get(NOTES, {}).get("id") for cell in cells} - {None}
    notebooks = [path for paths in course.lessons.values() for path in paths]
    found = max((anchors_of(course, path) for path in notebooks), key=lambda anchors: _shared(ids, anchors), default=[])
    if not _shared(ids, found):
        raise UnreadableNotebook(
            "none of its cells is of a lesson of this course; was it made from a released notebook"
        )
    return found


def _shared(ids: set[str], anchors: list[Anchor]) -> int:
    return len(ids & {anchor["id"] for anchor in anchors})


def _of_notebook(course: Course, path: Path) -> list[Answer]:
    cells: list[Cell] = read_cells(path, course.settings.notebook_bytes)  # type: ignore[assignment]
    placed = place(cells, _anchors_for(course, cells), course.settings.hidden_delimiters)
    text = path.read_text(encoding="utf-8", errors="replace")
    answers: list[Answer] = []
    own: list[str] = []
    for cell in new_cells(placed.cells):
        if cell.cell_type != "code":
            continue
        line = judge_line(cell.source) if utils.is_grade(cell) and not utils.is_solution(cell) else None
        if line is not None:
            grade_id = cell.metadata.nbgrader.grade_id
            notes = [*placed.notes.get("", []), *placed.notes.get(grade_id, [])]
            exercise = course.exercise(line.exercise)
            answers.append(
                Answer(
                    exercise,
                    list(own),
                    folder=path.resolve().parent,
                    line=_line_of(text, grade_id),
                    notes=notes,
                    if_lost=placed.if_lost.get(grade_id, []),
                )
            )
        elif _is_own(cell):
            own.append(cell.source)
    return answers


def _is_own(cell: NotebookNode) -> bool:
    return (
        not utils.is_locked(cell) and not utils.is_grade(cell) and bool(cell.metadata.get(NOTES, {}).get("runs", True))
    )


def _line_of(text: str, grade_id: str) -> int:
    """The line of a notebook's file in which a cell names itself."""
    before, found, _ = text.partition(f'"grade_id": "{grade_id}"')
    return before.count("\n") + 1 if found else 1


def _of_file(course: Course, path: Path, exercise: str | None) -> list[Answer]:
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UnreadableNotebook("no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableNotebook("it is not a text file in UTF-8") from error
    folder = path.with_suffix("") if path.with_suffix("").is_dir() else None
    wanted = [course.exercise(exercise)] if exercise else _answered(course, bound_names(source))
    return [Answer(one, [source], folder=folder, line=_definition(source, one.expression)) for one in wanted]


def _of_module(course: Course, name: str, exercise: str | None) -> Work:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        exercises = ", ".join(course.lesson_of)
        raise UnreadableNotebook(
            f"it is no notebook, Python file or module, and no exercise; exercises are {exercises}"
        )
    path = Path(spec.origin)
    source = path.read_text(encoding="utf-8")
    wanted = [course.exercise(exercise)] if exercise else _answered(course, bound_names(source))
    answers = []
    for one in wanted:
        names = ", ".join(sorted(_names(one.expression)))
        cells = [f"from {name} import {names}"]
        answers.append(Answer(one, cells, [source], path.parent, _definition(source, one.expression)))
    return Work(name, path, answers)


def _answered(course: Course, bound: set[str]) -> list[Exercise]:
    """The exercises, all of whose names are there."""
    exercises = (course.exercise(name) for name in course.lesson_of)
    return [one for one in exercises if _names(one.expression) <= bound]


def _names(expression: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}


def _definition(source: str, expression: str) -> int:
    """The line in which what is asked for is defined."""
    tree = parse(source)
    for node in tree.body if tree is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in _names(expression):
            return node.lineno
    return 1
