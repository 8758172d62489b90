"""The judge: runs an exercise's checks against a learner's object that lives in another process.

A *host* is whatever holds that object: a kernel under autograde, a plain process for `nbjudge check`, a thread
of an author's notebook. The judge connects, runs the checks, and survives whatever the host does.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import torch

from nbjudge import known, serve
from nbjudge.checks import Mismatch
from nbjudge.course import Course, Sample
from nbjudge.known import Known, Transcript
from nbjudge.primitives import forbidden_name
from nbjudge.recognise import best_match
from nbjudge.runner import CheckModule, check_module, info
from nbjudge.standin import Broken, Connection, ForbiddenCall, Gone, StandIn, StudentError, Unresponsive, Unusable
from nbjudge.verdict import CheckResult, Verdict
from nbjudge.worker import Worker

log = logging.getLogger("nbjudge")
_RESTARTS = 2  # replaced hosts per exercise, before the remaining checks are given up
_INTERRUPT_SECONDS = 1.0
_SEED = 7  # of the learner's process and ours, at the start of every check


class Host(Protocol):
    """What holds the learner's object."""

    sources: list[str]  # the learner's code, as text
    folder: Path | None  # what was handed in beside it

    def connect(self) -> Connection:
        """A conversation with the object, in a fresh process if the last one was killed."""

    def interrupt(self) -> None:
        """Interrupt the call that runs, as Ctrl-C does."""

    def kill(self) -> str:
        """End the process; returns why it had ended by itself, or an empty string."""


class Judge:
    """Judges objects against the checks of a course."""

    def __init__(self, course: Course):
        self.course = course
        self._known: dict[str, list[Known]] = {}

    def judge(self, exercise: str, host: Host, seconds: float | None = None) -> Verdict:
        """The verdict on `host`'s object, with the known mistake it shows, if any."""
        return self._verdict(exercise, *self._run(exercise, host, seconds))

    def judge_mistakes(self, exercise: str) -> list[tuple[Sample, Verdict]]:
        """The verdict on every known mistake, each run anew."""
        found = self._known[exercise] = self._run_mistakes(exercise)
        return [(one.sample, self._verdict(exercise, one.checks, one.transcript)) for one in found]

    def _verdict(self, exercise: str, checks: list[CheckResult], transcript: Transcript) -> Verdict:
        verdict = Verdict(exercise, checks)
        if not verdict.passed:
            sample = best_match(transcript, [(one.sample, one.transcript) for one in self._mistakes(exercise)])
            if sample is not None:
                verdict.mistake, verdict.advice = sample.name, sample.advice
        return verdict

    def _run(self, exercise: str, host: Host, seconds: float | None) -> tuple[list[CheckResult], Transcript]:
        module = check_module(self.course.check_file(exercise))
        settings = self.course.settings
        run = _Run(module, host, settings.given, settings.check_seconds, seconds or settings.cell_seconds)
        return run.all(), run.transcript

    def _mistakes(self, exercise: str) -> list[Known]:
        """The known mistakes and what they answer; found out when the first wrong answer is to be explained."""
        if exercise not in self._known:
            self._known[exercise] = known.load(self.course, exercise) or self._run_mistakes(exercise)
        return self._known[exercise]

    def _run_mistakes(self, exercise: str) -> list[Known]:
        found = []
        for sample in self.course.mistakes(exercise):
            with source_worker(self.course, exercise, sample.source, sample.folder) as worker:
                found.append(Known(sample, *self._run(exercise, worker, None)))
        known.save(self.course, exercise, found)
        return found

    def judge_source(self, exercise: str, source: str, folder: Path | None = None) -> Verdict:
        """Judge plain Python as if it were the learner's cell, handed in with the files of `folder`."""
        with source_worker(self.course, exercise, source, folder) as worker:
            return self.judge(exercise, worker)


def source_worker(course: Course, exercise: str, source: str, folder: Path | None = None) -> Worker:
    """A process that holds what `source` defines for `exercise`; by default with the reference's files."""
    solved = course.exercise(exercise).with_source(source)
    return Worker(solved, course.settings, folder or course.artifacts(exercise))


def solution_worker(course: Course, exercise: str) -> Worker:
    """A process that holds the reference solution."""
    return source_worker(course, exercise, course.exercise(exercise).solution)


def begin_check(connection: Connection, forbids: tuple[str, ...], given: str) -> None:
    """Forget what earlier checks made, fix the random state, and watch for forbidden calls."""
    # Not awaited: requests are answered in their order, and the first one of the check will be.
    connection.tell("reset", forbids=list(forbids), given=given, seed=_SEED)


class _Run:
    """One run of all checks of an exercise."""

    def __init__(self, module: CheckModule, host: Host, given: str, check_seconds: float, seconds: float):
        self._module, self._host, self._given = module, host, given
        self._check_seconds, self._end = check_seconds, time.monotonic() + seconds
        self._restarts = _RESTARTS
        self._connection: Connection | None = None
        self._missing: str | None = None  # why no check can run
        self.transcript = Transcript()

    def all(self) -> list[CheckResult]:
        with _one_thread():
            results = [self._one(item) for item in self._module.items]
        if self._connection is not None:
            self._connection.end()
        return results

    def _one(self, item) -> CheckResult:
        about = info(item)
        answers: list = []
        expected, seen = self._outcome(item, about, answers)
        passed = not expected and not seen
        if not passed and not answers:
            answers.append(("seen", seen))  # nothing was asked: what was handed in is what tells mistakes apart
        self.transcript.passed[item.name] = passed
        self.transcript.answers[item.name] = answers
        return CheckResult(item.name, about.says, passed, about.points, expected, seen)

    def _outcome(self, item, about, answers: list) -> tuple[str, str]:
        """What was expected and what was seen, both empty for a check that passed."""
        if self._missing is None and time.monotonic() > self._end:
            self._missing = "not run: the time for this exercise was used up"
        if self._missing is None and self._connection is None:
            self._open()
        if self._missing is not None:
            return about.says, self._missing
        named = forbidden_name(self._host.sources, about.forbids)
        if named:
            return about.says, _called(named)
        connection = self._connection
        connection.deadline = min(self._end, time.monotonic() + self._check_seconds)
        connection.observed = answers
        try:
            begin_check(connection, about.forbids, self._given)
        except (Unresponsive, Gone) as error:
            self._recover(error)
            return about.says, "the process that holds your code did not answer"
        torch.default_generator.manual_seed(_SEED)
        error = self._module.run(item, StandIn(connection), self._host.folder)
        if isinstance(error, (Unresponsive, Gone)):
            return about.says, self._recover(error)
        return explain(error, about.says)

    def _open(self) -> None:
        """Connect, and wait until the object is there."""
        while self._connection is None and self._missing is None:
            connection = self._host.connect()
            connection.deadline = min(self._end, time.monotonic() + self._check_seconds) + 5
            try:
                connection.hello()
                self._connection = connection
            except StudentError as error:
                self._missing = f"your code does not define it: {error.kind}: {error.message}"
                return
            except (Unresponsive, Gone, Unusable):
                why = self._host.kill()
                self._restarts -= 1
                if self._restarts < 0 or not why:
                    self._missing = f"the process that holds your code {why or 'did not answer'}"

    def _recover(self, error: Exception) -> str:
        """After a call that did not come back: interrupt it, or replace the host. Returns what was seen."""
        if isinstance(error, Unresponsive):
            seen = f"no answer within {self._check_seconds:g} seconds: does a loop never end"
            self._host.interrupt()
            self._connection.deadline = time.monotonic() + _INTERRUPT_SECONDS
            try:
                self._connection.request("reset", forbids=[], given=self._given, seed=_SEED)
                return seen
            except (Unresponsive, Gone, Unusable, StudentError):
                self._host.kill()
        else:
            why = self._host.kill()
            seen = (
                str(error) if isinstance(error, Broken) else f"your code ended the process: it {why or 'went silent'}"
            )
        self._connection = None
        self._restarts -= 1
        if self._restarts < 0:
            self._missing = "not run: earlier checks ended the process too often"
        return seen


@contextmanager
def _one_thread():
    """Small tensors are no work for several threads, which would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _called(name: str) -> str:
    if name in ("sys.setprofile", "_thread.start_new_thread"):
        return f"your code calls {name}, which hides from this check what it calls"
    return f"your code calls {name}, which this exercise asks you to build yourself"


def explain(error: BaseException | None, says: str) -> tuple[str, str]:
    """What was expected and what was seen, for the exception that ended a check."""
    if error is None:
        return "", ""
    if isinstance(error, Mismatch):
        return error.expected, error.seen
    if isinstance(error, ForbiddenCall):
        return says, _called(str(error))
    if isinstance(error, StudentError):
        if error.kind == "NotImplementedError":
            return says, "it is not done yet: the cell still raises NotImplementedError"
        return says, f"your code raised {error.kind}: {error.message}"[:600].rstrip(" :")
    if isinstance(error, Unusable):
        return says, str(error)
    if isinstance(error, AssertionError):
        text = str(error).split("\nassert ")[0].strip()
        return says, "" if text.startswith("assert ") or not text else text[:600]
    log.debug("a check ended with %r", error)
    return says, f"an answer that the check cannot use ({type(error).__name__})"


class InProcess:
    """An object of this process, served by a thread: the host of an author's notebook."""

    def __init__(self, obj: object):
        self._object = obj
        self.sources: list[str] = []
        self.folder = Path.cwd()

    def connect(self) -> Connection:
        ours, theirs = socket.socketpair()
        threading.Thread(target=serve.Server(theirs, self._object).run, daemon=True).start()
        return Connection(ours)

    def interrupt(self) -> None:
        """A thread cannot be interrupted; the author's own kernel can."""

    def kill(self) -> str:
        return ""


def judge(exercise: str, obj: object) -> Verdict:
    """Judge an object of this process, and show the table: what a grading cell of a source notebook runs.

    The verdict reads as the score, which is how nbgrader takes partial credit.
    """
    return Judge(Course()).judge(exercise, InProcess(obj))
