"""The checks on trial: do they pass the reference, catch every known mistake and accept every alternative?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbjudge.course import Course
from nbjudge.judging.judge import Judge
from nbjudge.judging.verdict import Verdict

NAMED_SHARE = 0.95  # of the caught mistakes, how many must be named rightly


@dataclass
class Audit:
    """The audit of one exercise. Lists hold names of files; `wrong` maps a mistake to what it was named.

    `entangled` are given parts that should be there, but need what this exercise or a later one asks for.
    """

    exercise: str
    reference_passes: bool = False
    caught: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    wrong: dict[str, str | None] = field(default_factory=dict)
    entangled: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        named = len(self.right) + len(self.wrong)
        enough = not named or len(self.right) >= NAMED_SHARE * named
        return self.reference_passes and not self.missed and not self.refused and not self.entangled and enough

    def as_json(self) -> dict[str, Any]:
        mistakes, alternatives = len(self.caught) + len(self.missed), len(self.accepted) + len(self.refused)
        return {
            "exercise": self.exercise,
            "reference_passes": self.reference_passes,
            "mistakes": {"total": mistakes, "caught": len(self.caught), "missed": self.missed},
            "alternatives": {"total": alternatives, "accepted": len(self.accepted), "refused": self.refused},
            "entangled": self.entangled,
            "named": {"total": mistakes, "right": len(self.right), "wrong": list(self.wrong)},
        }


def audit(course: Course, exercise: str, judge: Judge | None = None) -> Audit:
    """Run the checks of `exercise` against reference, mistakes and alternatives."""
    judge = judge or Judge(course)
    result = Audit(exercise)
    result.reference_passes = judge.judge_source(exercise, course.exercise(exercise).solution).passed
    for sample, verdict in judge.judge_mistakes(exercise):
        (result.missed if verdict.passed else result.caught).append(sample.name)
        _note_name(result, sample.name, verdict)
    if course.given is not None:
        result.entangled = sorted(course.given.entangled(course.names_from(exercise)))
    for sample in course.exercise(exercise).alternatives:
        verdict = judge.judge_source(exercise, sample.source, sample.folder)
        (result.accepted if verdict.passed else result.refused).append(sample.name)
    return result


def _note_name(result: Audit, name: str, verdict: Verdict) -> None:
    if verdict.mistake == name:
        result.right.append(name)
    else:
        result.wrong[name] = verdict.mistake
