"""The judge: runs an exercise's checks against a learner's object that lives in another process.

A *host* is whatever holds that object: a kernel under autograde, a plain process for `nbjudge check`, a thread
of an author's notebook. The judge connects, runs the checks, and survives whatever the host does.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Protocol

import torch

from nbjudge.answer_text import AnswerText
from nbjudge.checks.runner import Check, RunChecks, run_checks
from nbjudge.checks.vocabulary import Mismatch
from nbjudge.conversation.connection import (
    PUBLIC_SEED,
    Broken,
    Connection,
    ForbiddenCall,
    Gone,
    StudentError,
    Unresponsive,
    Unusable,
    begin_check,
    theirs,
)
from nbjudge.conversation.standin import StandIn
from nbjudge.conversation.worker import source_worker
from nbjudge.course import Course, Exercise, Sample
from nbjudge.errors import CourseError
from nbjudge.hints import hint
from nbjudge.judging import known, pairs
from nbjudge.judging.known import Known, Transcript
from nbjudge.judging.recognise import recognised
from nbjudge.judging.verdict import CheckResult, Verdict
from nbjudge.judging.watch import Watch

log = logging.getLogger("nbjudge")
_RESTARTS = 2  # replaced hosts per exercise, before the remaining checks are given up
_INTERRUPT_SECONDS = 1.0
_FOR_PAIRS = 1 / 3  # of the time for an exercise: so much more may be spent on finding two mistakes in one answer
_UNDONE = "it is not done yet"
_NO_TIME = "not run: the time for this exercise was used up"
CALLS = "your code calls "
"""How what was seen begins where a check forbids what was called."""


class Host(Protocol):
    """What holds the learner's object."""

    @property
    def answer(self) -> AnswerText:
        """The learner's code, as text."""

    @property
    def folder(self) -> Path | None:
        """What was handed in beside it."""

    def connect(self) -> Connection:
        """A conversation with the object, in a fresh process if the last one was killed."""

    def interrupt(self) -> None:
        """Interrupt the call that runs, as Ctrl-C does."""

    def kill(self) -> str:
        """End the process; returns why it had ended by itself, or an empty string."""


class Judge:
    """Judges objects against the checks of a course."""

    def __init__(
        self,
        course: Course,
        explain: Callable[[str], None] | None = None,
        run_checks: RunChecks = run_checks,
        mistakes: Mapping[str, list[Known]] | None = None,
        run_pair: Callable[[str, pairs.Names, str], Transcript | None] | None = None,
        seconds_for_pairs: float = math.inf,
    ):
        """`mistakes` are the known ones of exercises, as far as they have been loaded already.

        `explain`, where it is given, sees to it that `known.load` finds those of another one; `run_pair` does what this
        class's does, in another process. Whoever waits for the verdict may bound what is spent on finding two mistakes.
        """
        self.course, self._explain, self._run_checks = course, explain, run_checks
        self._known = dict(mistakes or {})
        self._run_pair, self._seconds_for_pairs = cache(run_pair or self.run_pair), seconds_for_pairs

    def judge(
        self,
        exercise: str,
        host: Host,
        seconds: float | None = None,
        seed: int = PUBLIC_SEED,
        watch: Watch | None = None,
    ) -> Verdict:
        """The verdict on `host`'s object, with the known mistakes it shows, if any.

        `seed` draws what varies by chance. Known mistakes were run on the public one, so who fails on another is asked
        once more, on that one, before a mistake is named; the score is that of the first time.
        `watch` bounds what the object may compute, beside the `seconds` of a wall clock.
        """
        wanted, watch = self.course.exercise(exercise), watch or Watch()
        seconds = seconds or self.course.settings.cell_seconds
        end = time.monotonic() + seconds
        checks, run = self._run(wanted, host, seconds, seed, watch)
        if all(check.passed for check in checks):
            return Verdict(exercise, checks)
        if seed != PUBLIC_SEED and not any(check.lost for check in checks):
            # All of them: two mistakes that fail one check alike differ in what they answer to others.
            _, run = self._run(wanted, host, seconds, PUBLIC_SEED, watch.renewed())
        end = min(end, time.monotonic() + min(_FOR_PAIRS * seconds, self._seconds_for_pairs))
        try:
            return self._verdict(wanted, checks, run.transcript, lambda: self._the_two(wanted, run.transcript, end))
        except Exception:  # whatever goes wrong with names, the score stands
            log.exception("no mistake of %s could be looked for", exercise)
            return Verdict(exercise, checks)

    def judge_source(self, exercise: str, source: str, folder: Path | None = None) -> Verdict:
        """Judge plain Python as if it were the learner's cell, handed in with the files of `folder`."""
        with source_worker(self.course.exercise(exercise), source, folder) as worker:
            return self.judge(exercise, worker)

    def first_failure(self, exercise: str, source: str) -> CheckResult | None:
        """The first check that `source` fails, or None where it passes them all. No mistake is looked for."""
        wanted = self.course.exercise(exercise)
        with source_worker(wanted, source) as worker:
            run = _Run(worker, wanted, self.course.settings.cell_seconds, PUBLIC_SEED, Watch())
            return self._run_checks(wanted, run.first_failure)

    def judge_mistakes(self, exercise: str) -> list[tuple[Sample, Verdict]]:
        """The verdict on every known mistake, each run anew, and none of them taken for two."""
        wanted = self.course.exercise(exercise)
        ran = self._run_mistakes(wanted)
        return [(one.sample, self._verdict(wanted, checks, one.transcript, lambda: None)) for one, checks in ran]

    def run_pair(self, exercise: str, names: pairs.Names, check: str) -> Transcript | None:
        """What two known mistakes in one answer answer to a check, or to all for ""; None where they cannot be merged."""
        wanted = self.course.exercise(exercise)
        source = pairs.merged_source(wanted, names)
        if source is None:
            return None
        seconds = _FOR_PAIRS * self.course.settings.cell_seconds
        with source_worker(wanted, source) as worker:
            _, run = self._run(wanted, worker, seconds, PUBLIC_SEED, Watch(), check)
        return run.transcript

    def _the_two(self, exercise: Exercise, transcript: Transcript, end: float) -> pairs.Names | None:
        run = partial(self._run_pair, exercise.name)
        return pairs.the_two(transcript, exercise, self._mistakes(exercise), run, end)

    def _verdict(
        self,
        exercise: Exercise,
        checks: list[CheckResult],
        transcript: Transcript,
        the_two: Callable[[], pairs.Names | None],
    ) -> Verdict:
        verdict = Verdict(exercise.name, checks)
        shown = recognised(transcript, self._mistakes(exercise), the_two)
        verdict.mistakes = {one.sample.name: one.sample.advice for one in shown}
        explained = {name for one in shown for name in one.explained}
        verdict.unexplained = [check.name for check in verdict.failed if shown and check.name not in explained]
        return verdict

    def _run(
        self, exercise: Exercise, host: Host, seconds: float, seed: int, watch: Watch, only: str = ""
    ) -> tuple[list[CheckResult], _Run]:
        """What comes of the checks, or of the one that `only` names."""
        run = _Run(host, exercise, seconds, seed, watch)
        results = self._run_checks(exercise, lambda found: run.all([one for one in found if only in ("", one.name)]))
        return results, run

    def _mistakes(self, exercise: Exercise) -> list[Known]:
        """The known mistakes and what they answer; found out when the first wrong answer is to be explained.

        Where one of them is no Python, none is named until that is mended: no score depends on it.
        """
        if exercise.name not in self._known:
            try:
                self._find_out(exercise)
            except CourseError as error:
                log.warning("no mistake of %s is named: %s", exercise.name, error)
                self._known[exercise.name] = []
        return self._known[exercise.name]

    def _find_out(self, exercise: Exercise) -> None:
        found = known.load(exercise)
        if found is None and self._explain is not None:
            self._explain(exercise.name)
            found = known.load(exercise)
        if found is None:
            self._run_mistakes(exercise)
        else:
            self._known[exercise.name] = found

    def _run_mistakes(self, exercise: Exercise) -> list[tuple[Known, list[CheckResult]]]:
        ran, seconds = [], exercise.course.settings.cell_seconds
        for sample in exercise.mistakes:
            with source_worker(exercise, sample.source, sample.folder) as worker:
                checks, run = self._run(exercise, worker, seconds, PUBLIC_SEED, Watch())
                ran.append((Known(sample, run.transcript), checks))
        self._known[exercise.name] = [one for one, _ in ran]
        known.save(exercise, self._known[exercise.name])
        return ran


class _Run:
    """One run of all checks of an exercise."""

    def __init__(self, host: Host, exercise: Exercise, seconds: float, seed: int, watch: Watch):
        course, self._watch = exercise.course, watch
        self._host, self._given, self._seed = host, course.settings.given, seed
        self._out_of_reach = [f"{self._given}.{name}" for name in course.names_from(exercise.name) if self._given]
        self._later = {f"{self._given}.{name}" for name in course.names_after(exercise.name)}
        self._check_seconds, self._end = course.settings.check_seconds, time.monotonic() + seconds
        self._restarts = _RESTARTS
        self._connection: Connection | None = None
        self._missing: str | None = None  # why no check can run
        self._crashed: set[str] = set()  # checks of what the code calls, in which it crashed
        self._noted: dict[str, tuple[CheckResult, list[object]]] = {}

    @cached_property
    def transcript(self) -> Transcript:
        """What was answered, when all is done; of right answers nobody asks for it."""
        transcript = Transcript()
        for check, answers in self._noted.values():
            transcript.note(check, answers)
        return transcript

    def all(self, checks: list[Check]) -> list[CheckResult]:
        with _one_thread():
            results = self._settled(checks, [self._one(check) for check in checks])
        if self._connection is not None:
            self._connection.end()
        return results

    def first_failure(self, checks: list[Check]) -> CheckResult | None:
        """What comes of the first check that fails; those after it are not run."""
        results = []
        with _one_thread():
            for check in checks:
                results.append(self._one(check))
                if not results[-1].passed and check.name not in self._crashed:
                    return results[-1]
            return next((result for result in self._settled(checks, results) if not result.passed), None)

    def _settled(self, checks: list[Check], results: list[CheckResult]) -> list[CheckResult]:
        pairs = zip(checks, results, strict=True)
        return [self._elsewhere(check, one, checks) if check.name in self._crashed else one for check, one in pairs]

    def _one(self, check: Check) -> CheckResult:
        answers: list[object] = []
        restarts, missing = self._restarts, self._missing
        expected, seen = self._outcome(check, check.info.forbids, answers)
        lost = self._restarts < restarts or (self._missing is not None and missing is None)
        passed = not expected and not seen
        if not passed and not answers:
            # Nothing was asked: what was handed in is what tells mistakes apart.
            answers.append(("seen", known.without_numbers(seen)))
        asks = "" if passed or not self._connection or seen.startswith(_UNDONE) else check.info.asks
        result = CheckResult(check.name, check.info.says, passed, check.info.points, expected, seen, lost, asks)
        self._noted[check.name] = result, answers
        return result

    def _elsewhere(self, check: Check, result: CheckResult, checks: list[Check]) -> CheckResult:
        """A crash says nothing of what the code calls: it is watched once more, in a check that it passed."""
        passed = [one for one in checks if self._noted[one.name][0].passed and not one.info.forbids]
        if not passed:
            return result
        expected, seen = self._outcome(max(passed, key=lambda one: one.info.points), check.info.forbids, [])
        result = replace(result, passed=not expected and not seen, expected=expected and result.expected, seen=seen)
        self._noted[check.name] = result, self._noted[check.name][1]
        return result

    def _outcome(self, check: Check, forbids: tuple[str, ...], answers: list[object]) -> tuple[str, str]:
        """What was expected and what was seen, both empty for a check that passed."""
        says = check.info.says
        if forbids:
            forbids = (*forbids, *self._out_of_reach)
        if self._missing is None and time.monotonic() > self._end:
            self._missing = _NO_TIME
        connection = self._connection or self._open()
        if connection is None or self._missing is not None:
            return says, self._missing or ""
        named = self._host.answer.forbidden(forbids)
        if named:
            return says, self._called(named)
        connection.deadline = min(self._end, time.monotonic() + self._check_seconds)
        connection.observed = answers
        try:
            begin_check(connection, forbids, self._given, self._seed)
        except (Unresponsive, Gone) as error:
            self._recover(connection, error)
            return says, "the process that holds your code did not answer"
        torch.default_generator.manual_seed(self._seed)
        raised = self._watched(connection, check)
        if forbids and isinstance(raised, (StudentError, Unresponsive, Gone)) and not _is_undone(raised):
            self._crashed.add(check.name)
        if isinstance(raised, (Unresponsive, Gone)):
            return says, self._recover(connection, raised)
        if isinstance(raised, ForbiddenCall):
            return says, self._called(str(raised))
        return explain(raised, says)

    def _watched(self, connection: Connection, check: Check) -> BaseException | None:
        self._watch.begin(check.name)
        with connection.watched(self._watch.look):
            raised = check.run(StandIn(connection), self._host.folder, self._seed)
        if self._watch.end():
            self._missing = _NO_TIME
        return raised

    def _called(self, name: str) -> str:
        if name in ("sys.setprofile", "_thread.start_new_thread"):
            return f"{CALLS}{name}, which hides from this check what it calls"
        if name in self._later:
            return f"{CALLS}{name}, which a later exercise asks you to build yourself"
        return f"{CALLS}{name}, which this exercise asks you to build yourself"

    def _open(self) -> Connection | None:
        """Connect, and wait until the object is there; None where it cannot be had, which `_missing` tells why."""
        while self._missing is None:
            connection = self._host.connect()
            connection.deadline = min(self._end, time.monotonic() + self._check_seconds) + 5
            try:
                connection.hello()
                self._connection = connection
                return connection
            except StudentError as error:
                self._missing = f"your code does not define it: {error.kind}: {error.message}"
            except ForbiddenCall as error:
                self._missing = self._called(str(error))
            except (Unresponsive, Gone, Unusable):
                why = self._host.kill()
                self._restarts -= 1
                if self._restarts < 0 or not why:
                    self._missing = f"the process that holds your code {why or 'did not answer'}"
        return None

    def _recover(self, connection: Connection, error: Exception) -> str:
        """After a call that did not come back: interrupt it, or replace the host. Returns what was seen."""
        if isinstance(error, Unresponsive):
            within = self._watch.why_enough or f"{self._check_seconds:g} seconds"
            seen = f"no answer within {within}: does a loop never end"
            self._host.interrupt()
            connection.deadline = time.monotonic() + _INTERRUPT_SECONDS
            try:
                connection.request("reset", forbids=[], given=self._given, seed=theirs(self._seed))
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
def _one_thread() -> Iterator[None]:
    """Small tensors are no work for several threads, which would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _is_undone(error: Exception) -> bool:
    return isinstance(error, StudentError) and error.kind == "NotImplementedError"


def explain(error: BaseException | None, says: str) -> tuple[str, str]:
    """What was expected and what was seen, for the exception that ended a check."""
    if error is None:
        return "", ""
    if isinstance(error, Mismatch):
        return error.expected, error.seen
    if isinstance(error, StudentError):
        if _is_undone(error):
            return says, f"{_UNDONE}: the cell still raises NotImplementedError"
        where = f" in the line `{error.line}`" if error.line else ""
        said = hint(f"{error.kind}: {error.message}")
        return error.expected or says, f"your code raised {error.kind}{where}: {error.message}"[:600].rstrip(
            " :"
        ) + said
    if isinstance(error, Unusable):
        return says, str(error)
    if isinstance(error, AssertionError):
        # pytest's account of an assert: what its author wrote, if anything, then the condition with its values.
        said, _, condition = f"\n{error}".partition("\nassert ")
        failed = f"the condition {condition.splitlines()[0]} does not hold" if condition else "it does not hold"
        return says, (said.strip() or failed)[:600]
    log.debug("a check ended with %r", error)
    return says, f"an answer that the check cannot use ({type(error).__name__})"
