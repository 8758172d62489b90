"""Rebuilds the notebook that is graded from the instructor's, so that nothing a learner did to its frame matters.

Grading cells and locked cells come from the gradebook, in the instructor's order. The learner gives the sources of
the solution cells, and the cells that were added; `placing` says where they go.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, Notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.autograde.batch import Submission
from nbjudge.autograde.grader import Graded, GraderLost
from nbjudge.autograde.old_scores import UNFINISHED, forget_scores, missing
from nbjudge.autograde.placing import Anchor, Placed, framed
from nbjudge.autograde.submission import NOTES, new_cells
from nbjudge.errors import UnreadableNotebook

_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}  # for a source that names no kernel


class RebuildNotebook(NbGraderPreprocessor):
    """The sanitising step of autograding. Takes the place of nbgrader's own sanitisers.

    Those are DeduplicateIds, OverwriteKernelspec and OverwriteCells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        entry, current = resources["nbgrader"], self.parent.current
        submission = current.submission
        with current.open_gradebook() as gradebook:
            _take_back(gradebook, submission, entry["notebook"])
            notebook = gradebook.find_notebook(entry["notebook"], entry["assignment"])
            frame = frame_of(notebook, current.directory, entry["assignment"])
        rebuilt = rebuild(nb, entry["notebook"], frame, submission, current.grading)
        for grade_id, texts in rebuilt.metadata[NOTES]["notes"].items():
            for text in texts:
                self.log.warning("%s, %s: %s", entry["student"], grade_id or entry["notebook"], text)
        return rebuilt, resources


class Frame(TypedDict):
    """What is the instructor's of a notebook."""

    kernelspec: dict[str, Any]
    anchors: list[Anchor]


def frame_of(notebook: Notebook, directory: CourseDirectory, assignment: str) -> Frame:
    """The frame of a notebook, as the gradebook has it, in the order of its source."""
    kernelspec = json.loads(notebook.kernelspec or "{}") or _PYTHON
    return Frame(kernelspec=kernelspec, anchors=_anchors(notebook, _order(directory, assignment, notebook.name)))


def read_notebook(path: Path, submission: Submission, grading: Graded) -> NotebookNode:
    """What was handed in, as cells; or an empty notebook that says why not."""
    try:
        if submission.problem:
            raise UnreadableNotebook(submission.problem)
        if path.name in submission.left:
            raise UnreadableNotebook(submission.left[path.name])
        cells = new_cells(grading.read(path))
    except (UnreadableNotebook, GraderLost) as error:
        notes = {NOTES: {"problem": f"{path.name} cannot be read: {error}"}}
        return NotebookNode(new_notebook(metadata=notes))
    return NotebookNode(new_notebook(cells=cells))


def rebuild(nb: NotebookNode, name: str, frame: Frame, submission: Submission, grading: Graded) -> NotebookNode:
    """The notebook that is graded, of what `read_notebook` read of the one called `name`."""
    rebuilt, about = NotebookNode(nb), {**nb.metadata.get(NOTES, {})}
    anchors, placed = frame["anchors"], None
    if "problem" not in about:
        try:
            placed = grading.place(nb.cells, anchors)
        except GraderLost as lost:
            about["problem"] = f"{name}.ipynb cannot be read: {lost}"
    placed = placed or Placed([framed(anchor, anchor["source"]) for anchor in anchors])
    notes = {"": _left_notes(submission), **placed.notes}
    rebuilt.cells = new_cells(placed.cells)
    rebuilt.metadata["kernelspec"] = NotebookNode(frame["kernelspec"])
    rebuilt.metadata[NOTES] = {**about, "notes": notes, "if_lost": placed.if_lost}
    return rebuilt


def _take_back(gradebook: Gradebook, submission: Submission, notebook: str) -> None:
    """Take back old scores, and those that nbgrader has just given for notebooks which were not handed in."""
    for name in (notebook, *submission.absent):
        why = missing(name) if name in submission.absent else UNFINISHED
        forget_scores(gradebook, submission.student, submission.assignment, name, why)


def _left_notes(submission: Submission) -> list[str]:
    return [f"The file {name!r} was not taken: {why}." for name, why in list(submission.left.items())[:10]]


def _order(directory: CourseDirectory, assignment: str, notebook: str) -> tuple[str, ...]:
    folder = directory.format_path(directory.source_directory, ".", assignment)
    source = Path(folder) / f"{notebook}.ipynb"
    return _source_order(source.resolve(), source.stat().st_mtime_ns) if source.is_file() else ()


@cache
def _source_order(path: Path, _changed: int) -> tuple[str, ...]:
    """The ids of the instructor's cells in their order; a database keeps none."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    ids = (cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells)
    return tuple(found for found in ids if found)


def _anchors(notebook: Notebook, order: tuple[str, ...]) -> list[Anchor]:
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    place = {grade_id: index for index, grade_id in enumerate(order)}
    cells = sorted(notebook.source_cells, key=lambda cell: place.get(cell.name, len(place)))
    anchors = []
    for cell in cells:
        metadata = {
            "grade": cell.name in points,
            "grade_id": cell.name,
            "locked": cell.locked,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
            "schema_version": 3,
        }
        if cell.name in points or cell.name in tasks:
            metadata["points"] = points.get(cell.name, tasks.get(cell.name))
        anchors.append(
            Anchor(
                id=cell.name,
                source=cell.source,
                cell_type=cell.cell_type,
                metadata=metadata,
                solution=cell.name in solutions,
                grade=cell.name in points,
            )
        )
    return anchors
