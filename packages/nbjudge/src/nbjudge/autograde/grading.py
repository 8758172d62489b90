"""One notebook, run cell by cell in a kernel, and judged. Runs in the expendable process; see `expendable`.

A grading cell's outputs are written here, by the judge. What the kernel prints is shown, never scored, but for the
grading cells that hold plain tests.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output
from nbgrader import utils

from nbjudge.answer_text import AnswerText
from nbjudge.autograde.given_parts import GivenParts
from nbjudge.autograde.inert import Inert
from nbjudge.autograde.submission import NOTES
from nbjudge.course import Course, JudgeLine, judge_line, read_notebook
from nbjudge.given import Given
from nbjudge.hints import hint, without_network
from nbjudge.judging.verdict import Verdict, as_html
from nbjudge.kernels.replay import LastingKernel
from nbjudge.kernels.session import CellRun, Ended, KernelSession
from nbjudge.patience import Patience, Seconds, Taken
from nbjudge.settings import NBJudge
from nbjudge.source_text import bound_names, outside_hidden

if TYPE_CHECKING:  # they import torch, which a lesson of plain tests does without
    from nbjudge.conversation.connection import Connection
    from nbjudge.judging.judge import Judge

PLAIN = "Scored by plain tests, whose outcome rests on the learner's process."
_OUTPUTS = 8  # how many times the output of one cell a whole notebook may put out
_NO_ROOM = "[the output was dropped: this notebook has put out too much]\n"


@dataclass
class Result:
    """What becomes of one grading cell: a score, or the reason why a person must look."""

    score: float | None = None
    reason: str = ""
    note: str = ""  # for the comment, where the score needs one
    seen: str = ""  # for the log
    verdict: dict[str, Any] | None = None  # for the feedback page


def run(
    request: dict[str, Any],
    course: Course,
    judge: Callable[[], Judge],
    settings: NBJudge,
    seed: int,
    given: Given | None = None,
    measure: Callable[[], Taken] = Taken,
    waited: Callable[[], Seconds] = lambda: 0.0,
) -> dict[str, Any]:
    """What the cells of a notebook put out, by their index, and what becomes of its grading cells, by their id.

    `judge` is called where there is an exercise. `given` is the source of the given module, of which the kernel is told
    bit by bit. `measure` is called when it matters what the reference solution takes; `waited` says how long this
    process has waited for such things, which is no time of this notebook's.
    """
    nb: NotebookNode = from_dict(request["notebook"])
    folder, handed_in, patience = Path(request["folder"]), Path(request["handed_in"]), Patience(measure)
    grading = _Grading(nb, folder, handed_in, settings, course, judge, seed, given, patience, waited)
    failed = ""
    try:
        grading.run()
    except MemoryError:
        raise
    except Exception:
        failed = traceback.format_exc()
    finally:
        grading.kernel.stop()
    inert = Inert(settings.hidden_delimiters)
    for cell in nb.cells:
        inert.clean(cell)
    return {
        "cells": [
            {key: cell[key] for key in ("source", "outputs", "execution_count") if key in cell} for cell in nb.cells
        ],
        "results": {grade_id: asdict(result) for grade_id, result in grading.results.items()},
        "failed": failed,
        "seed": seed,
        "judged": grading.judges,
    }


def taken(
    path: Path, settings: NBJudge, course: Course, judge: Callable[[], Judge], seed: int, given: Given | None
) -> Taken:
    """What the reference solution takes: the source notebook at `path`, run and judged as a learner's is."""
    nb, folder = read_notebook(path), path.parent
    grading = _Grading(nb, folder, folder, settings, course, judge, seed, given, Patience(Taken), lambda: 0.0)
    try:
        grading.run()
    finally:
        grading.kernel.stop()
    return grading.taken


class _Grading:
    """The run of one notebook."""

    def __init__(
        self,
        nb: NotebookNode,
        folder: Path,
        handed_in: Path,
        settings: NBJudge,
        course: Course,
        judge: Callable[[], Judge],
        seed: int,
        given: Given | None,
        patience: Patience,
        waited: Callable[[], Seconds],
    ):
        self._nb, self._settings, self._judge, self._handed_in, self._seed = nb, settings, judge, handed_in, seed
        end = time.monotonic() + settings.submission_seconds
        self.kernel = LastingKernel(settings, folder, lambda: end + waited())
        self._parts = GivenParts(self.kernel, course, settings, given)
        self.results: dict[str, Result] = {}
        self.judges = False  # whether there is an exercise, and so what varies by the seed
        self._patience = patience
        self.taken = Taken()
        self._sources: list[str] = []  # the learner's code so far
        self._locked: list[str] = []  # the instructor's
        self._since: set[str] = set()  # the names that the learner's code has defined since the last grading cell
        self._lost_points: list[str] = []  # names whose exercises did: later ones are judged with the given ones
        about = nb.metadata.get(NOTES, {})
        self._notes: dict[str, list[str]] = about.get("notes", {})
        self._if_lost: dict[str, list[str]] = about.get("if_lost", {})
        self._troubles: list[str] = list(self._notes.get("", []))  # what happened since the last grading cell
        self._unrun = False  # whether the time was used up before a cell that the next exercise may need
        self._output_left = _OUTPUTS * settings.output_bytes

    def run(self) -> None:
        first = self._first_exercise()
        self.judges = first is not None
        self._parts.begin(first)
        count = itertools.count(1)
        for cell in self._nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            self._troubles += self._notes.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), [])
            if utils.is_grade(cell) and not utils.is_solution(cell):
                self.results[cell.metadata.nbgrader.grade_id] = self._grade(cell)
                self._since, self._troubles = set(), []
            elif cell.source.strip() and cell.metadata.get(NOTES, {}).get("runs", True):
                cell.execution_count = next(count)
                self._execute(cell)

    def _first_exercise(self) -> str | None:
        cells = (cell for cell in self._nb.cells if utils.is_grade(cell) and not utils.is_solution(cell))
        lines = (judge_line(cell.source) for cell in cells)
        return next((line.exercise for line in lines if line is not None), None)

    def _execute(self, cell: NotebookNode) -> None:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if utils.is_locked(cell):
            self._locked.append(cell.source)
        else:
            self._sources.append(cell.source)
            self._since |= bound_names(cell.source) - set(cell.metadata.get(NOTES, {}).get("again", []))
        name = f"The cell {grade_id}" if grade_id else "A cell"
        if self.kernel.seconds_left <= 0:
            self._troubles.append(f"{name} did not run: the time for this notebook was used up.")
            self._unrun = True
            return
        run = self._run(cell.source, grade_id, self._settings.cell_seconds)
        cell.outputs = self._within_budget(run.outputs)
        trouble, unheard = self._trouble(run, cell.source)
        if trouble:
            self._troubles.append(f"{name} {trouble}")
        if unheard:
            cell.outputs.append(new_output("stream", name="stderr", text=self._troubles[-1] + "\n"))

    def _run(self, source: str, grade_id: str, seconds: float) -> CellRun:
        run = self.kernel.run(source, seconds, self._patience.with_cell(grade_id))
        if run.status is Ended.OK:
            self.taken.cells[grade_id] = run.computed
        return run

    def _trouble(self, run: CellRun, source: str) -> tuple[str, bool]:
        """What went wrong in a cell, to go on after its name, and whether its outputs do not say so themselves."""
        if run.status is Ended.ERROR:
            said = hint(run.detail, source, self._settings.memory_bytes)
            return f"raised {run.detail}{said}", bool(said)
        if run.status is Ended.TIMEOUT:
            return f"{run.detail}, and was interrupted.", True
        if run.status is Ended.DEAD:
            return f"ended the kernel: it {run.detail}.", True
        if without_network("".join(output.get("text", "") for output in run.outputs)):
            return "found no network: there is none while notebooks are graded.", True
        return "", False

    def _within_budget(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        """The outputs of a cell, as far as those of the whole notebook leave room for them."""
        self._output_left -= len(json.dumps(outputs))
        return outputs if self._output_left > 0 else [new_output("stream", name="stderr", text=_NO_ROOM)]

    def _grade(self, cell: NotebookNode) -> Result:
        line = judge_line(cell.source, f"grading cell {cell.metadata.nbgrader.grade_id}")
        if self._unrun or self.kernel.seconds_left <= 0:
            return self._for_a_person(cell, "The time for this notebook was used up before this could be judged.")
        if line is None:
            return self._plainly(cell)
        self._visible_part(cell)
        names = [name for name in self._lost_points if name not in self._since]
        verdict = self._verdict(line, names)
        if names and not verdict.passed:
            # An answer may need the learner's own earlier ones, which take one argument more than the given ones.
            verdict = max(verdict, self._verdict(line, []), key=lambda one: one.score)
        self._parts.judged(line.exercise)
        verdict.notes += self._troubles
        if not verdict.passed:
            verdict.notes += self._if_lost.get(cell.metadata.nbgrader.grade_id, [])
        if line.expression.isidentifier() and not verdict.passed:
            self._lost_points.append(line.expression)
        points = float(cell.metadata.nbgrader.points)
        cell.outputs = [_shown(verdict, points)]
        seen = f"{verdict.score:g} of {verdict.max_score:g}"
        return Result(verdict.scaled(points), seen=seen, verdict=asdict(verdict))

    def _verdict(self, line: JudgeLine, earlier_names: list[str]) -> Verdict:
        """The verdict on what has the earlier names of the given parts."""
        from nbjudge.judging.watch import Watch

        answer = AnswerText(line.expression, list(self._sources), list(self._locked), earlier_names)
        host = _KernelHost(self.kernel, earlier_names, self._settings.given, answer, self._handed_in)
        seconds = max(1.0, min(self._settings.cell_seconds, self.kernel.seconds_left))
        watch = Watch(line.exercise, host.computed, self._patience)
        verdict = self._judge().judge(line.exercise, host, seconds, self._seed, watch)
        if verdict.passed:
            self.taken.checks[line.exercise] = watch.taken
        host.finish()
        return verdict

    def _visible_part(self, cell: NotebookNode) -> None:
        """Run what stands outside the hidden region: later cells may use its names. Its outcome is no score."""
        visible = outside_hidden(cell.source, self._settings.hidden_delimiters)
        if visible.strip() and judge_line(visible) is None:
            self._run(visible, cell.metadata.nbgrader.grade_id, self._settings.check_seconds)

    def _plainly(self, cell: NotebookNode) -> Result:
        """A grading cell without judge(...): scored by what it puts out, as nbgrader does, or left to a person."""
        run = CellRun()
        if cell.source.strip():
            run = self._run(cell.source, cell.metadata.nbgrader.grade_id, self._settings.cell_seconds)
        cell.outputs = run.outputs
        if self._settings.plain_tests == "person":
            return self._for_a_person(cell, "This grading cell holds plain tests, which are left to a person.")
        if run.status is not Ended.OK and not any(output.output_type == "error" for output in run.outputs):
            # To nbgrader, a cell without an error in its outputs has passed, however it ended.
            cell.outputs.append(new_output("error", ename=run.status.name, evalue=run.detail, traceback=[run.detail]))
        try:
            score, most = utils.determine_grade(cell)
        except ValueError:
            return self._for_a_person(cell, "The value of this grading cell is more than its points.")
        if outside_hidden(cell.source, self._settings.hidden_delimiters) != cell.source:
            _shorten_tracebacks(cell)
        cell.outputs = self._within_budget(cell.outputs)
        trouble, unheard = self._trouble(run, cell.source)
        for text in (*self._troubles, *([f"This test {trouble}"] if unheard else [])):
            cell.outputs.append(new_output("stream", name="stdout", text=f"{text}\n"))
        return Result(score, note=PLAIN, seen=f"{score} of {most:g}, by plain tests in the learner's process")

    def _for_a_person(self, cell: NotebookNode, reason: str) -> Result:
        cell.outputs = [new_output("stream", name="stdout", text=f"A person will look at this: {reason}\n")]
        return Result(reason=reason)


def _shorten_tracebacks(cell: NotebookNode) -> None:
    """A traceback would show hidden lines."""
    for output in cell.outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]


def _shown(verdict: Verdict, points: float) -> NotebookNode:
    """A grading cell's only output: nbgrader reads the plain text as the score, people see the table."""
    data = {"text/plain": f"{verdict.scaled(points):g}", "text/html": as_html(verdict, points)}
    return NotebookNode(new_output("execute_result", data=data, execution_count=None))


class _KernelHost:
    """The learner's object in its kernel, as the judge meets it."""

    def __init__(
        self,
        kernel: LastingKernel,
        earlier_names: list[str],
        given: str,
        answer: AnswerText,
        folder: Path,
    ):
        self._kernel, self._earlier_names, self._given = kernel, earlier_names, given
        self._serving: tuple[KernelSession, str] | None = None
        self.answer, self.folder = answer, folder

    def connect(self) -> Connection:
        from nbjudge.conversation.connection import Connection

        session = self._kernel.session()
        # A random first id: what an earlier conversation left on the socket is no answer in this one.
        first = secrets.randbelow(1 << 48)
        arguments = self.answer.expression, self._earlier_names, self._given, first
        self._serving = session, session.begin_serving(*arguments)
        return Connection(session.judge_socket, first)

    def computed(self) -> Seconds:
        # Of the one that serves: `session` would put another in the place of one that has ended, before anybody has asked why.
        return self._serving[0].computed() if self._serving is not None else 0.0

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
