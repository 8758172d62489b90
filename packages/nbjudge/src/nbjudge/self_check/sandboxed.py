"""Judges a stranger's notebooks and files as `nbgrader autograde` would: in the sandbox, by an expendable process."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.coursedir import CourseDirectory

from nbjudge.autograde.grader import Grader, GraderLost
from nbjudge.autograde.handed_in import copy_folder
from nbjudge.autograde.job import job_of
from nbjudge.autograde.placing import Cell
from nbjudge.autograde.submission import NOTES, new_cells
from nbjudge.course import Course, judge_line
from nbjudge.errors import SandboxUnavailable, UnreadableNotebook
from nbjudge.judging.verdict import Verdict, verdict_of
from nbjudge.self_check.answers import Work, anchors_of
from nbjudge.self_check.judging import Judged
from nbjudge.settings import NBJudge
from nbjudge.system import why_not_graded_here

log = logging.getLogger("nbjudge")
_KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Strangers:
    """Judges one piece of work after another, each in a kernel of its own. `close` ends what was started for that."""

    def __init__(self, course: Course):
        """Raises `SandboxUnavailable` on a system that has no walls."""
        elsewhere = why_not_graded_here()
        if elsewhere:
            raise SandboxUnavailable(elsewhere)
        self._course = course
        self._settings = NBJudge(config=course.settings.config, sandbox="bubblewrap")
        self._graders: dict[str, Grader] = {}  # by lesson: each imports for seconds what its kernels will need

    def close(self) -> None:
        """Nothing is judged any more."""
        for grader in self._graders.values():
            grader.close()

    def judge(self, work: Work, show: Callable[[str], None]) -> Judged:
        """The verdicts. Raises `SandboxUnavailable` where this machine cannot keep strangers' code apart."""
        if work.problem:
            return Judged(work, [], work.problem)
        if work.path is None or work.path.suffix not in (".py", ".ipynb"):
            return Judged(work, [], "is a module, which the sandbox cannot import; name its file")
        show(work.answers[0].exercise.lesson)
        with tempfile.TemporaryDirectory() as scratch:
            handed_in, folder = Path(scratch) / "handed_in", Path(scratch) / "work"
            copy_folder(work.path.resolve().parent, (), handed_in, self._settings.file_bytes)
            copy_folder(handed_in, (), folder, self._settings.file_bytes)
            try:
                return Judged(work, self._verdicts(work, handed_in / work.path.name, folder))
            except (UnreadableNotebook, GraderLost) as error:
                return Judged(work, [], f"could not be judged: {error}")

    def _verdicts(self, work: Work, path: Path, folder: Path) -> list[Verdict]:
        lesson = work.answers[0].exercise.lesson
        anchors = anchors_of(self._course, work.answers[0].exercise.text_file)
        grading = self._grader(lesson).begin()
        try:
            cells: list[Any] = [_as_cell(answer.exercise.name, answer.cells[0]) for answer in work.answers]
            if path.suffix == ".ipynb":
                cells = grading.read(path)
            placed = grading.place(new_cells(cells), anchors)
            nb = NotebookNode(new_notebook(cells=new_cells(placed.cells)))
            nb.metadata["kernelspec"] = NotebookNode(_KERNEL)
            nb.metadata[NOTES] = NotebookNode(notes=placed.notes, if_lost=placed.if_lost)
            results = grading.run(nb, folder, path.parent, ["", lesson, path.name])["results"]
        finally:
            grading.end()
        exercises = {
            one["id"]: line.exercise for one in anchors if one["grade"] and (line := judge_line(one["source"]))
        }
        wanted = {answer.exercise.name for answer in work.answers}
        found = [result for grade_id, result in results.items() if exercises.get(grade_id) in wanted]
        for result in found:
            if result["reason"]:
                raise GraderLost(result["reason"])
        return [verdict_of(result["verdict"]) for result in found]

    def _grader(self, lesson: str) -> Grader:
        if lesson not in self._graders:
            settings, root = self._settings, self._course.root
            directory = CourseDirectory(config=settings.config, root=str(root), assignment_id=lesson)
            grader = self._graders[lesson] = Grader(job_of(root, settings, directory, log), settings, log)
            obstacle = grader.obstacle()
            if obstacle:
                raise SandboxUnavailable(obstacle)
        return self._graders[lesson]


def _as_cell(exercise: str, source: str) -> Cell:
    """A file as the answer's cell of a notebook."""
    return {"cell_type": "code", "source": source, "metadata": {NOTES: {"id": exercise}}}
