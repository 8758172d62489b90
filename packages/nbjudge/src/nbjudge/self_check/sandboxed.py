"""Judges a stranger's notebooks and files as `nbgrader autograde` would: in the sandbox, by an expendable process."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.coursedir import CourseDirectory

from nbjudge.autograde.grader import Grader, GraderLost, job_of
from nbjudge.autograde.handed_in import copy_folder
from nbjudge.autograde.placing import Cell
from nbjudge.autograde.submission import NOTES, new_cells
from nbjudge.course import Course, judge_line
from nbjudge.errors import SandboxUnavailable, UnreadableNotebook
from nbjudge.judging.verdict import verdict_of
from nbjudge.self_check.answers import Work, anchors_of
from nbjudge.self_check.judging import Judged
from nbjudge.system import why_not_graded_here

log = logging.getLogger("nbjudge")
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Strangers:
    """Judges one piece of work after another, each in a kernel of its own."""

    def __init__(self, course: Course):
        """Raises `SandboxUnavailable` on a system that has no walls."""
        elsewhere = why_not_graded_here()
        if elsewhere:
            raise SandboxUnavailable(elsewhere)
        self._course = course

    def judge(self, work: Work, show: Callable[[str], None]) -> Judged:
        """The verdicts. Raises `SandboxUnavailable` where this machine cannot keep strangers' code apart."""
        if work.problem:
            return Judged(work, [], work.problem)
        if work.path is None or work.path.suffix not in (".py", ".ipynb"):
            return Judged(work, [], "is a module, which the sandbox cannot import; name its file")
        show(work.answers[0].exercise.lesson)
        with tempfile.TemporaryDirectory() as scratch:
            handed_in, folder = Path(scratch) / "handed_in", Path(scratch) / "work"
            copy_folder(work.path.resolve().parent, (), handed_in, self._course.settings.file_bytes)
            copy_folder(handed_in, (), folder, self._course.settings.file_bytes)
            try:
                return Judged(work, self._verdicts(work, handed_in / work.path.name, folder))
            except (UnreadableNotebook, GraderLost) as error:
                return Judged(work, [], f"could not be judged: {error}")

    def _verdicts(self, work: Work, path: Path, folder: Path) -> list[Any]:
        lesson, notebook = work.answers[0].exercise.lesson, work.answers[0].exercise.text_file
        anchors = anchors_of(self._course, notebook)
        with self._grader(lesson) as grader:
            grading = grader.begin()
            cells: list[Cell]
            if path.suffix == ".ipynb":
                cells = grading.read(path)  # type: ignore[assignment]
            else:
                cells = [_as_cell(answer.exercise.name, answer.cells[0]) for answer in work.answers]
            placed = grading.place(new_cells(cells), anchors)
            nb = NotebookNode(new_notebook(cells=new_cells(placed.cells)))
            nb.metadata["kernelspec"] = NotebookNode(_KERNEL)
            nb.metadata[NOTES] = NotebookNode(notes=placed.notes, if_lost=placed.if_lost)
            results = grading.run(nb, folder, path.parent, ["", lesson, path.name])["results"]
        wanted = {answer.exercise.name for answer in work.answers}
        names = {one["id"]: line.exercise for one in anchors if one["grade"] and (line := judge_line(one["source"]))}
        verdicts = [verdict_of(found["verdict"]) for found in results.values() if found["verdict"]]
        lost = [
            found["reason"] for grade_id, found in results.items() if names.get(grade_id) in wanted and found["reason"]
        ]
        if lost:
            raise GraderLost(lost[0])
        return [verdict for verdict in verdicts if verdict.exercise in wanted]

    @contextmanager
    def _grader(self, lesson: str) -> Iterator[Grader]:
        course = self._course
        settings = course.settings
        settings.sandbox = "bubblewrap"
        directory = CourseDirectory(config=settings.config, root=str(course.root), assignment_id=lesson)
        grader = Grader(job_of(course.root, settings, directory, log), settings, log)
        try:
            obstacle = grader.obstacle()
            if obstacle:
                raise SandboxUnavailable(obstacle)
            yield grader
        finally:
            grader.close()


def _as_cell(exercise: str, source: str) -> Cell:
    """A file as the answer's cell of a notebook."""
    return {"cell_type": "code", "source": source, "metadata": {NOTES: {"id": exercise}}}
