"""Rebuilds the notebook that is graded from the instructor's, so that nothing a learner did to its frame matters.

Grading cells and locked cells come from the gradebook, in the instructor's order. The learner gives the sources of
the solution cells, by id, and the cells that were added, each kept behind the instructor's cell it stood behind.
Right work counts wherever it stands: what was added to a given cell runs behind it, an untouched copy of a given cell
runs nowhere, and an answer below its test moves above it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.autograde.batch import Submission
from nbjudge.autograde.old_scores import UNFINISHED, forget_scores, missing
from nbjudge.autograde.submission import NOTES, new_cell
from nbjudge.source_text import added_statements, bound_names

MISSING = "# The cell {id} was missing from the submission."


@dataclass
class _Anchor:
    """A cell of the instructor's, as the gradebook has it."""

    id: str
    source: str
    cell_type: str
    metadata: dict[str, Any]
    solution: bool
    grade: bool


@dataclass
class _Handed:
    """What the learner handed in: sources by id (all of a cell's copies), and free cells by the anchor before."""

    sources: dict[str, list[NotebookNode]] = field(default_factory=dict[str, Any])
    free: dict[str, list[NotebookNode]] = field(default_factory=dict[str, Any])


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
            kernelspec = json.loads(notebook.kernelspec or "{}")
            anchors = _anchors(notebook, _order(current.directory, entry))
        notes: dict[str, list[str]] = {"": _left_notes(submission)}
        rebuilt = NotebookNode(nb)
        if "problem" not in nb.metadata.get(NOTES, {}):
            rebuilt.cells = list(_cells(anchors, _sort(nb.cells, anchors), notes))
        else:
            rebuilt.cells = [_cell(anchor, anchor.source) for anchor in anchors]
        rebuilt.metadata["kernelspec"] = NotebookNode(kernelspec)
        rebuilt.metadata[NOTES] = {**nb.metadata.get(NOTES, {}), "notes": notes}
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


def _anchors(notebook: Notebook, order: tuple[str, ...]) -> list[_Anchor]:
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
            _Anchor(cell.name, cell.source, cell.cell_type, metadata, cell.name in solutions, cell.name in points)
        )
    return anchors


def _sort(cells: list[NotebookNode], anchors: list[_Anchor]) -> _Handed:
    known = {anchor.id: anchor for anchor in anchors}
    given = {_bare(anchor.source) for anchor in anchors if anchor.solution and anchor.cell_type == "code"}
    handed, behind = _Handed(), ""
    for cell in cells:
        grade_id = cell.metadata.get(NOTES, {}).get("id", "")
        if grade_id in known:
            behind = grade_id
            handed.sources.setdefault(grade_id, []).append(cell)
        elif _bare(cell.source) not in given:  # a copy of a given cell would take an answer back
            handed.free.setdefault(behind, []).append(cell)
    return handed


def _cells(anchors: list[_Anchor], handed: _Handed, notes: dict[str, list[str]]) -> Iterator[NotebookNode]:
    """The rebuilt notebook's cells, in order."""
    early = _answers_below(anchors, handed, notes)
    yield from map(_free, handed.free.get("", []))
    written = "".join(cell.source + "\n" for cell in handed.free.get("", []))
    for anchor in anchors:
        copies = handed.sources.get(anchor.id, [])
        if not anchor.solution:
            yield from map(_free, early.get(anchor.id, []))
            yield from _given(anchor, copies)
        elif not copies:
            notes.setdefault(anchor.id, []).append("This cell was missing from the submission.")
            yield _cell(anchor, MISSING.format(id=anchor.id))
        else:
            yield from _answer(anchor, copies, written, notes)
        yield from map(_free, handed.free.get(anchor.id, []))
        written += "".join(cell.source + "\n" for cell in (*copies, *handed.free.get(anchor.id, [])))


def _given(anchor: _Anchor, copies: list[NotebookNode]) -> Iterator[NotebookNode]:
    """A cell of the instructor's, and what a learner added to it: some editors let them."""
    added = "\n".join(filter(None, (added_statements(anchor.source, copy.source) for copy in copies)))
    own = [new_cell("code", added, {})] if added and anchor.cell_type == "code" else []
    yield from own if anchor.grade else ()
    yield _cell(anchor, anchor.source)
    yield from own if not anchor.grade else ()


def _answer(
    anchor: _Anchor, copies: list[NotebookNode], written: str, notes: dict[str, list[str]]
) -> Iterator[NotebookNode]:
    """A solution cell: the last copy of it that was worked on counts; untouched ones run nowhere."""
    worked = [copy for copy in copies if _bare(copy.source) != _bare(anchor.source)]
    if len(worked) > 1:
        notes.setdefault(anchor.id, []).append("This cell was there more than once; the last one counts.")
    yield from map(_free, worked[:-1])
    if worked:
        yield _cell(anchor, worked[-1].source)
    elif anchor.cell_type == "code" and set() != bound_names(anchor.source) <= bound_names(written):
        # The answer stands in a cell above: what was given, below it, would take it back.
        yield _cell(anchor, anchor.source, runs=False)
    else:
        yield _cell(anchor, copies[-1].source)


def _answers_below(
    anchors: list[_Anchor], handed: _Handed, notes: dict[str, list[str]]
) -> dict[str, list[NotebookNode]]:
    """Answers that stand below their test, while the cell given for them was left as it was, by the id of the test."""
    found: dict[str, list[NotebookNode]] = {}
    wanted: set[str] = set()
    for place, anchor in enumerate(anchors):
        if anchor.solution and anchor.cell_type == "code":
            copies = handed.sources.get(anchor.id, [])
            if all(_bare(copy.source) == _bare(anchor.source) for copy in copies):
                wanted |= bound_names(anchor.source)
        elif anchor.grade and wanted:
            above = [anchors[i].id for i in range(place)]
            defined = set().union(*(bound_names(c.source) for i in ("", *above) for c in handed.free.get(i, [])))
            for later in anchors[place:]:
                for cell in list(handed.free.get(later.id, [])):
                    if cell.cell_type == "code" and bound_names(cell.source) & (wanted - defined):
                        handed.free[later.id].remove(cell)
                        found.setdefault(anchor.id, []).append(cell)
            if anchor.id in found:
                notes.setdefault(anchor.id, []).append(
                    "The answer stood below its test, and was judged all the same; it belongs above it."
                )
            wanted = set()
    return found


def _bare(source: str) -> str:
    """Source as two people would call it the same: without blanks at the ends of lines, and around it."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _cell(anchor: _Anchor, source: str, runs: bool = True) -> NotebookNode:
    cell = new_cell(anchor.cell_type, source, {"nbgrader": anchor.metadata})
    if not runs:
        cell.metadata[NOTES] = {"runs": False}
    return cell


def _free(cell: NotebookNode) -> NotebookNode:
    plain = NotebookNode(cell)
    plain.metadata = NotebookNode()
    return plain
