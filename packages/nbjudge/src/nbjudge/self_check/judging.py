"""Judges answers in processes of the caller's own rights: for code that one trusts, on any system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbjudge.conversation.worker import Worker
from nbjudge.course import Course
from nbjudge.judging.judge import Judge
from nbjudge.judging.verdict import Verdict
from nbjudge.self_check.answers import Answer, Work

_EARLIER = "The exercises above it lost points; with the given ones in their place, this is the result."


@dataclass(frozen=True)
class Judged:
    """A piece of work, and the verdicts on its answers, in their order; or why there is none."""

    work: Work
    verdicts: list[Verdict]
    problem: str = ""

    @property
    def passed(self) -> bool:
        return not self.problem and all(verdict.passed for verdict in self.verdicts)


class OwnCode:
    """Judges one piece of work after another."""

    def __init__(self, course: Course):
        self._judge = Judge(course)

    def judge(self, work: Work, show: Callable[[str], None]) -> Judged:
        """The verdicts. `show` is told the name of each exercise before it is judged."""
        if work.problem:
            return Judged(work, [], work.problem)
        verdicts: list[Verdict] = []
        lost: list[str] = []  # names whose exercises lost points: later ones are judged with the given ones, too
        for answer in work.answers:
            show(answer.exercise.name)
            verdict = self._verdict(answer, [])
            if not verdict.passed and lost:
                again = self._verdict(answer, lost)
                if again.score > verdict.score:
                    verdict = again
                    verdict.notes.append(_EARLIER)
            if not verdict.passed:
                lost.append(answer.exercise.expression)
            verdict.notes += answer.notes + ([] if verdict.passed else answer.if_lost)
            verdicts.append(verdict)
        return Judged(work, verdicts)

    def _verdict(self, answer: Answer, lost: list[str]) -> Verdict:
        earlier = [name for name in answer.exercise.earlier_names if name in lost]
        with Worker(answer.exercise, answer.cells, earlier, answer.folder, answer.text) as worker:
            return self._judge.judge(answer.exercise.name, worker)
