"""The preprocessor in the place of nbgrader's `Execute`: runs the learner's cells in a kernel, and judges them.

A grading cell's outputs are written here, by the judge. What the kernel prints is shown, never scored.
"""

from __future__ import annotations

import itertools
import secrets
import time
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute

from nbjudge.autograde.submission import COURSE_DIRECTORY, NOTES
from nbjudge.conversation.connection import Connection
from nbjudge.course import Course, JudgeLine, judge_line
from nbjudge.judging.judge import Judge
from nbjudge.judging.verdict import Verdict, as_html
from nbjudge.kernels.replay import LastingKernel
from nbjudge.kernels.session import CellRun, Ended, KernelSession
from nbjudge.settings import NBJudge, find_root
from nbjudge.source_text import bound_names

_SERVE = "nbjudge.conversation.inside.serve"
RESULTS = "nbjudge_results"  # the key of a submission's results in `resources`


@dataclass
class Result:
    """What becomes of one grading cell: a verdict of the judge, or the reason why a person must look."""

    verdict: Verdict | None = None
    reason: str = ""


@cache
def _judge(root: Path) -> Judge:
    return Judge(Course(root))


class JudgedExecute(Execute):
    """Runs a rebuilt notebook, cell by cell, and puts a verdict on every grading cell that has a `judge(...)`."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        results: dict[str, Result] = {}
        resources[RESULTS] = results
        settings = NBJudge(parent=self)
        problem = nb.metadata.get(NOTES, {}).get("problem")
        if problem:
            self.log.error("%s: %s", resources["nbgrader"]["student"], problem)
            _give_up(nb, results, problem)
            return nb, resources
        try:
            folder = Path(resources["metadata"]["path"])
            grading = _Grading(nb, folder, self._handed_in(resources), settings, _judge(find_root()))
            try:
                grading.run(results)
            finally:
                grading.kernel.stop()
        except Exception:
            self.log.error("grading failed:\n%s", traceback.format_exc())
            _give_up(nb, results, "The grader failed on this submission; its log says why.")
        self._report(resources["nbgrader"]["student"], results)
        return nb, resources

    def _handed_in(self, resources: dict) -> Path:
        """The folder as the learner left it: over the copy in autograded/, nbgrader writes the course's own files."""
        directory, entry = resources[COURSE_DIRECTORY], resources["nbgrader"]
        return Path(directory.format_path(directory.submitted_directory, entry["student"], entry["assignment"]))

    def _report(self, student: str, results: dict[str, Result]) -> None:
        for grade_id, result in results.items():
            if result.verdict is not None:
                self.log.info("%s, %s: %g of %g", student, grade_id, result.verdict.score, result.verdict.max_score)
            elif result.reason:
                self.log.warning("%s, %s: %s", student, grade_id, result.reason)


def _give_up(nb: NotebookNode, results: dict[str, Result], reason: str) -> None:
    """Mark every grading cell that has no result yet for a person."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.setdefault("outputs", [])
        if utils.is_grade(cell) and not utils.is_solution(cell):
            result = results.setdefault(cell.metadata.nbgrader.grade_id, Result(reason=reason))
            if result.verdict is None and cell.cell_type == "code":
                cell.outputs = [new_output("stream", name="stdout", text=f"A person will look at this: {reason}\n")]


class _Grading:
    """The run of one notebook."""

    def __init__(self, nb: NotebookNode, folder: Path, handed_in: Path, settings: NBJudge, judge: Judge):
        self._nb, self._settings, self._judge, self._handed_in = nb, settings, judge, handed_in
        self._end = time.monotonic() + settings.submission_seconds
        self.kernel = LastingKernel(settings, folder, self._end)
        self._sources: list[str] = []  # the learner's code so far
        self._since: list[str] = []  # the learner's code since the last grading cell
        self._earlier_names: list[str] = []  # what earlier grading cells judged
        self._troubles: list[str] = []  # what happened to cells since the last grading cell
        self._notes = nb.metadata.get(NOTES, {}).get("notes", {})

    def run(self, results: dict[str, Result]) -> None:
        count = itertools.count(1)
        for cell in self._nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            if utils.is_grade(cell) and not utils.is_solution(cell):
                results[cell.metadata.nbgrader.grade_id] = self._grade(cell)
            elif cell.source.strip():
                cell.execution_count = next(count)
                self._execute(cell)

    def _execute(self, cell: NotebookNode) -> None:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        self._troubles += [note for note in self._notes.get(grade_id, [])]
        if not utils.is_locked(cell):
            self._sources.append(cell.source)
            self._since.append(cell.source)
        name = f"The cell {grade_id}" if grade_id else "A cell"
        if time.monotonic() > self._end:
            self._troubles.append(f"{name} did not run: the time for this notebook was used up.")
            return
        run = self.kernel.run(cell.source, self._settings.cell_seconds)
        cell.outputs = run.outputs
        if run.status is Ended.ERROR:
            self._troubles.append(f"{name} raised {run.detail}")
        elif run.status is Ended.TIMEOUT:
            self._troubles.append(f"{name} {run.detail}, and was interrupted.")
        elif run.status is Ended.DEAD:
            self._troubles.append(f"{name} ended the kernel: it {run.detail}.")
        if run.status in (Ended.TIMEOUT, Ended.DEAD):
            cell.outputs.append(new_output("stream", name="stderr", text=self._troubles[-1] + "\n"))

    def _grade(self, cell: NotebookNode) -> Result:
        line = judge_line(cell.source, f"grading cell {cell.metadata.nbgrader.grade_id}")
        if line is None:
            return self._unjudged(cell)
        self._visible_part(cell)
        own = set().union(*map(bound_names, self._since)) if self._since else set()
        names = [name for name in self._earlier_names if name not in own]
        host = _KernelHost(self.kernel, line, names, self._settings.given, list(self._sources), self._handed_in)
        seconds = max(1.0, min(self._settings.cell_seconds, self._end - time.monotonic()))
        verdict = self._judge.judge(line.exercise, host, seconds)
        host.finish()
        verdict.notes += self._troubles
        if line.expression.isidentifier():
            self._earlier_names.append(line.expression)
        self._since, self._troubles = [], []
        points = float(cell.metadata.nbgrader.points)
        cell.outputs = [_shown(verdict, points)]
        return Result(verdict)

    def _visible_part(self, cell: NotebookNode) -> None:
        """Run what stands before the hidden region: later cells may use its names. Its outcome is no score."""
        visible = _before_hidden(cell.source)
        if visible.strip():
            self.kernel.run(visible, self._settings.check_seconds)

    def _unjudged(self, cell: NotebookNode) -> Result:
        reason = "This grading cell has no judge(...) line, and what a learner's kernel says is no score."
        run = self.kernel.run(cell.source, self._settings.cell_seconds) if cell.source.strip() else CellRun()
        cell.outputs = [out for out in run.outputs if out["output_type"] != "execute_result"]
        return Result(reason=reason)


def _before_hidden(source: str) -> str:
    return source.split("### BEGIN HIDDEN TESTS")[0]


def _shown(verdict: Verdict, points: float):
    """A grading cell's only output: nbgrader reads the plain text as the score, people see the table."""
    data = {"text/plain": f"{verdict.scaled(points):g}", "text/html": as_html(verdict, points)}
    return new_output("execute_result", data=data, execution_count=None)


class _KernelHost:
    """The learner's object in its kernel, as the judge meets it."""

    def __init__(
        self,
        kernel: LastingKernel,
        line: JudgeLine,
        earlier_names: list[str],
        given: str,
        sources: list[str],
        folder: Path,
    ):
        self._kernel, self._line, self._earlier_names, self._given = kernel, line, earlier_names, given
        self._serving: tuple[KernelSession, str] | None = None
        self.sources, self.folder = sources, folder

    def connect(self) -> Connection:
        session = self._kernel.session()
        # A random first id: what an earlier conversation left on the socket is no answer in this one.
        first = secrets.randbelow(1 << 48)
        arguments = f"{self._line.expression!r}, {self._earlier_names!r}, {self._given!r}, {first}"
        code = f"__import__({_SERVE!r}, fromlist=['serve']).serve_kernel(globals(), {arguments})"
        self._serving = session, session.begin(code)
        return Connection(session.judge_socket, first)

    def interrupt(self) -> None:
        self._kernel.session().interrupt()

    def kill(self) -> str:
        self._serving = None
        return self._kernel.kill()

    def finish(self) -> None:
        """Wait until the kernel has stopped serving, so that the next cell finds it free."""
        if self._serving is not None:
            session, message = self._serving
            if session.finish(message, 2).status in (Ended.TIMEOUT, Ended.DEAD) and not session.dead:
                session.kill()
