"""A worker's side: it has been sent the course's bundle, and answers for submissions that come as bytes.

It reads, runs and judges nothing itself: for that, it has a grader with a warm parent of its own, as `nbgrader
autograde` has. It knows neither the course's directory nor the gradebook.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader import utils

from nbjudge.autograde.batch import Submission
from nbjudge.autograde.grader import Graded, Grader, GraderLost
from nbjudge.autograde.placing import Anchor, Placed
from nbjudge.autograde.rebuild import read_notebook, rebuild
from nbjudge.autograde.submission import NOTES
from nbjudge.errors import UnreadableNotebook
from nbjudge.parallel.packing import unpack
from nbjudge.parallel.questions import place_question, read_question, run_question

_log = logging.getLogger("nbjudge.worker")


class GradedCourse:
    """A course that was unpacked in `folder`, and whose lesson is graded here."""

    def __init__(self, about: dict[str, Any], folder: Path, grader: Grader):
        """`about` is what the bundle tells, and `grader` of the same course."""
        self._about, self._folder, self._grader = about, folder, grader
        self._source = Path(about["job"]["root"]) / about["folder"]
        self._turn = threading.Lock()

    def close(self) -> None:
        """Nothing of it is graded any more. The folder stays."""
        self._grader.close()

    def obstacle(self) -> str:
        """What keeps this worker from grading; empty where nothing does."""
        with self._turn:
            return self._grader.obstacle()

    def grade(self, data: bytes) -> dict[str, Any]:
        """Do as nbgrader will with the submission, and note what its grader is asked, and answers."""
        with self._turn, tempfile.TemporaryDirectory(dir=self._folder) as scratch:
            folder, beside = Path(scratch, "handed-in"), Path(scratch, "graded")
            submission = Submission(**unpack(data, folder))
            submission.folder = folder
            self._lay(folder, beside)
            answers: dict[str, Any] = {}
            for name in sorted(submission.notebooks):
                with self._begun() as grading:
                    self._grade(name, submission, beside, Noting(grading, answers))
            return answers

    def _grade(self, name: str, submission: Submission, folder: Path, grading: Noting) -> None:
        nb = read_notebook(submission.folder / f"{name}.ipynb", submission, grading)
        nb = rebuild(nb, name, self._about["frames"][name], submission, grading)
        if "problem" in nb.metadata[NOTES] or not self._about["executes"]:
            return
        nb = nbformat.v4.reads(nbformat.writes(nb))  # as nbgrader does between its two steps
        try:
            grading.run(nb, folder, submission.folder, [submission.student, submission.assignment, name])
        except GraderLost as lost:
            _log.warning("%s: %s", submission.student, lost)

    def _lay(self, submission: Path, target: Path) -> None:
        """Lay a submission's files, and the instructor's over them, where its notebooks run."""
        target.mkdir()
        theirs = utils.find_all_files(str(submission), [*self._about["ignore"], "*.ipynb"])
        ours = [str(self._source / name) for name in self._about["beside"]]
        for top, paths in ((submission, theirs), (self._source, ours)):
            for path in map(Path, paths):
                place = target / path.relative_to(top)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)

    def answer(self, data: bytes) -> dict[str, Any]:
        """Answer one question, with the files that it is about."""
        with self._turn, tempfile.TemporaryDirectory(dir=self._folder) as scratch, self._begun() as grading:
            files = Path(scratch, "files")
            asked, answers = unpack(data, files), dict[str, Any]()
            noting = Noting(grading, answers)
            try:
                if asked["op"] == "read":
                    noting.read(files / asked["name"])
                elif asked["op"] == "place":
                    noting.place([from_dict(cell) for cell in asked["cells"]], asked["anchors"])
                else:
                    (files / "folder").mkdir(exist_ok=True)
                    (files / "handed-in").mkdir(exist_ok=True)
                    noting.run(from_dict(asked["notebook"]), files / "folder", files / "handed-in", asked["whose"])
            except (UnreadableNotebook, GraderLost):
                pass  # noted, too
            [found] = answers.values()
            return dict(found)

    @contextmanager
    def _begun(self) -> Iterator[Graded]:
        grading = self._grader.begin()
        try:
            yield grading
        finally:
            grading.end()


class Noting:
    """A grader's process for one notebook that notes what it answers, by the question."""

    def __init__(self, grading: Graded, answers: dict[str, Any]):
        self._grading, self._answers = grading, answers

    def read(self, path: Path) -> list[dict[str, Any]]:
        with self._noting(read_question(path)) as note:
            note["cells"] = self._grading.read(path)
        cells: list[dict[str, Any]] = note["cells"]
        return cells

    def place(self, cells: list[NotebookNode], anchors: list[Anchor]) -> Placed:
        with self._noting(place_question(cells, anchors)) as note:
            placed = self._grading.place(cells, anchors)
            note["placed"] = asdict(placed)
        return placed

    def run(self, nb: NotebookNode, folder: Path, handed_in: Path, whose: list[str]) -> dict[str, Any]:
        with self._noting(run_question(nb, folder, handed_in, whose)) as note:
            found = self._grading.run(nb, folder, handed_in, whose)
            note["ran"] = found
        return found

    def end(self) -> None:
        self._grading.end()

    @contextmanager
    def _noting(self, question: str) -> Iterator[dict[str, Any]]:
        note = self._answers[question] = {}
        try:
            yield note
        except UnreadableNotebook as error:
            note["unreadable"] = str(error)
            raise
        except GraderLost as error:
            note["lost"] = str(error)
            raise
