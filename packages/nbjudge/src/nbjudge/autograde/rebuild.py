"""Rebuilds the notebook that is graded from the instructor's, so that nothing a learner did to its frame matters.

Grading cells and locked cells come from the gradebook, in the instructor's order. The learner gives the sources of
the solution cells, by id, and the cells that were added, each kept behind the instructor's cell it stood behind.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.autograde.old_scores import forget_scores, missing
from nbjudge.autograde.submission import COURSE_DIRECTORY, NOTES, new_cell
from nbjudge.errors import SandboxUnavailable
from nbjudge.kernels import require_sandbox
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.settings import CONFIG_FILE, NBJudge

_marked: set[tuple[Path, str]] = set()
MISSING = "# The cell {id} was missing from the submission."


@dataclass
class _Anchor:
    """A cell of the instructor's, as the gradebook has it."""

    id: str
    source: str
    cell_type: str
    metadata: dict
    solution: bool


@dataclass
class _Handed:
    """What the learner handed in: sources by id (all of a cell's copies), and free cells by the anchor before."""

    sources: dict[str, list[NotebookNode]] = field(default_factory=dict)
    free: dict[str, list[NotebookNode]] = field(default_factory=dict)


class RebuildNotebook(NbGraderPreprocessor):
    """The sanitising step of autograding. Takes the place of nbgrader's own sanitisers.

    Those are DeduplicateIds, OverwriteKernelspec and OverwriteCells.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        entry = resources["nbgrader"]
        self._require_given()
        self._require_sandbox()
        with Gradebook(entry["db_url"]) as gradebook:
            forget_scores(gradebook, entry)
            self._mark_empty(gradebook, entry, resources[COURSE_DIRECTORY])
            notebook = gradebook.find_notebook(entry["notebook"], entry["assignment"])
            kernelspec = json.loads(notebook.kernelspec or "{}")
            anchors = _anchors(notebook, self._order(entry))
        notes: dict[str, list[str]] = {}
        rebuilt = NotebookNode(nb)
        if "problem" not in nb.metadata.get(NOTES, {}):
            rebuilt.cells = list(_cells(anchors, _sort(nb.cells, anchors), notes))
        else:
            rebuilt.cells = [_cell(anchor, anchor.source) for anchor in anchors]
        rebuilt.metadata["kernelspec"] = NotebookNode(kernelspec)
        rebuilt.metadata[NOTES] = {**nb.metadata.get(NOTES, {}), "notes": notes}
        for grade_id, texts in notes.items():
            self.log.warning("%s, %s: %s", entry["student"], grade_id, " ".join(texts))
        return rebuilt, resources

    def _require_given(self) -> None:
        """Stop where the course itself is incomplete: learners must not pay for it."""
        given = NBJudge(parent=self).given
        try:
            found = not given or importlib.util.find_spec(given)
        except ImportError:
            found = None
        if not found:
            raise SystemExit(
                f"nbgrader autograde: there is no module {given!r}, which c.NBJudge.given in {CONFIG_FILE} names. "
                "Install it where nbgrader runs, or correct the name."
            )

    def _require_sandbox(self) -> None:
        """Stop the whole command, before anything is touched, where the sandbox cannot be had."""
        settings = NBJudge(parent=self)
        if settings.sandbox == "none":
            self.log.warning("Grading without a sandbox: this code runs with your rights.")
            return
        try:
            require_sandbox((*PRELOAD, *settings.course_modules))
        except SandboxUnavailable as error:
            raise SystemExit(f"nbgrader autograde: {error}") from error

    def _mark_empty(self, gradebook: Gradebook, entry: dict, directory: CourseDirectory) -> None:
        """nbgrader passes over folders without the notebook, and lets their old scores stand; we do not."""
        name = f"{entry['notebook']}.ipynb"
        pattern = directory.format_path(directory.submitted_directory, directory.student_id, entry["assignment"])
        for folder in map(Path, glob.glob(pattern)):
            if not os.path.lexists(folder / name) and (folder, name) not in _marked:
                _marked.add((folder, name))
                student = directory.format_path(directory.submitted_directory, "(?P<s>.*)", "(?P<a>.*)", escape=True)
                other = {**entry, "student": re.match(student, str(folder))["s"]}
                self.log.error("%s: there is no %s; a person must look", folder, name)
                gradebook.update_or_create_student(other["student"])
                gradebook.update_or_create_submission(entry["assignment"], other["student"])
                forget_scores(gradebook, other, missing(entry["notebook"]))

    def _order(self, entry: dict) -> tuple[str, ...]:
        source = Path(NBJudge(parent=self).source) / entry["assignment"] / f"{entry['notebook']}.ipynb"
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
        anchors.append(_Anchor(cell.name, cell.source, cell.cell_type, metadata, cell.name in solutions))
    return anchors


def _sort(cells: list[NotebookNode], anchors: list[_Anchor]) -> _Handed:
    known = {anchor.id: anchor for anchor in anchors}
    handed, behind = _Handed(), ""
    for cell in cells:
        grade_id = cell.metadata.get(NOTES, {}).get("id", "")
        if grade_id in known:
            behind = grade_id
            handed.sources.setdefault(grade_id, []).append(cell)
        else:
            handed.free.setdefault(behind, []).append(cell)
    return handed


def _cells(anchors: list[_Anchor], handed: _Handed, notes: dict[str, list[str]]):
    """The rebuilt notebook's cells, in order."""
    yield from map(_free, handed.free.get("", []))
    for anchor in anchors:
        copies = handed.sources.get(anchor.id, [])
        if not anchor.solution:
            yield _cell(anchor, anchor.source)
        elif not copies:
            notes.setdefault(anchor.id, []).append("This cell was missing from the submission.")
            yield _cell(anchor, MISSING.format(id=anchor.id))
        else:
            chosen = _choose(anchor, copies)
            if len(copies) > 1:
                notes.setdefault(anchor.id, []).append("This cell was there more than once; the last one counts.")
            for copy in copies:
                yield _cell(anchor, copy.source) if copy is chosen else _free(copy)
        yield from map(_free, handed.free.get(anchor.id, []))


def _choose(anchor: _Anchor, copies: list[NotebookNode]) -> NotebookNode:
    """Of several copies of a solution cell, the last one that was worked on."""
    worked = [copy for copy in copies if copy.source.strip() != anchor.source.strip()]
    return (worked or copies)[-1]


def _cell(anchor: _Anchor, source: str) -> NotebookNode:
    return new_cell(anchor.cell_type, source, {"nbgrader": anchor.metadata})


def _free(cell: NotebookNode) -> NotebookNode:
    plain = NotebookNode(cell)
    plain.metadata = NotebookNode()
    return plain
