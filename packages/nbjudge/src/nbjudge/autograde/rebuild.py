"""Rebuilds the notebook that is graded from the instructor's, so that nothing a learner did to its frame matters.

Grading cells and locked cells come from the gradebook, in the instructor's order. The learner gives the sources of
the solution cells, and the cells that were added; `placing` says where they go.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.autograde.batch import Submission
from nbjudge.autograde.grader import GraderLost
from nbjudge.autograde.old_scores import UNFINISHED, forget_scores, missing
from nbjudge.autograde.placing import Anchor, Placed, framed
from nbjudge.autograde.submission import NOTES, new_cells

_PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}  # for a source that names no kernel


class RebuildNotebook(NbGraderPreprocessor):
    """The sanitising step of autograding. Takes the place of nbgrader's own sanitisers.

    Those are DeduplicateIds, OverwriteKernelspec and OverwriteCells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        entry, current = resources["nbgrader"], self.parent.current
        submission = current.submission
        with Gradebook(entry["db_url"]) as gradebook:
            _take_back(gradebook, submission, entry["notebook"])
            notebook = gradebook.find_notebook(entry["notebook"], entry["assignment"])
            kernelspec = json.loads(notebook.kernelspec or "{}") or _PYTHON
            anchors = _anchors(notebook, _order(current.directory, entry))
        rebuilt, about = NotebookNode(nb), {**nb.metadata.get(NOTES, {})}
        placed = None
        if "problem" not in about:
            try:
                placed = current.grading.place(nb.cells, anchors)
            except GraderLost as lost:
                about["problem"] = f"{entry['notebook']}.ipynb cannot be read: {lost}"
        placed = placed or Placed([framed(anchor, anchor["source"]) for anchor in anchors])
        notes = {"": _left_notes(submission), **placed.notes}
        rebuilt.cells = new_cells(placed.cells)
        rebuilt.metadata["kernelspec"] = NotebookNode(kernelspec)
        rebuilt.metadata[NOTES] = {**about, "notes": notes, "if_lost": placed.if_lost}
        for grade_id, texts in notes.items():
            for text in texts:
                self.log.warning("%s, %s: %s", entry["student"], grade_id or entry["notebook"], text)
        return rebuilt, resources


def _take_back(gradebook: Gradebook, submission: Submission, notebook: str) -> None:
    """Take back old scores, and those that nbgrader has just given for notebooks which were not handed in."""
    for name in (notebook, *submission.absent):
        why = missing(name) if name in submission.absent else UNFINISHED
        forget_scores(gradebook, submission.student, submission.assignment, name, why)


def _left_notes(submission: Submission) -> list[str]:
    return [f"The file {name!r} was not taken: {why}." for name, why in list(submission.left.items())[:10]]


def _order(directory: CourseDirectory, entry: dict[str, Any]) -> tuple[str, ...]:
    folder = directory.format_path(directory.source_directory, ".", entry["assignment"])
    source = Path(folder) / f"{entry['notebook']}.ipynb"
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
