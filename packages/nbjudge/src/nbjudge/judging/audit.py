"""The checks on trial: do they pass the reference, catch every known mistake and accept every alternative?"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Any

from nbjudge.checks.runner import RunChecks, collect
from nbjudge.course import Course
from nbjudge.judging import first_tests
from nbjudge.judging.judge import CALLS, Judge
from nbjudge.judging.verdict import Verdict

NAMED_SHARE = 0.95  # of the caught mistakes, how many must be named rightly
LEAST_KEPT = 0.5  # the share of the points that a mistake must keep, unless it is fundamental


@dataclass(frozen=True)
class Price:
    """What one known mistake costs, and whether a learner sees it at once."""

    kept: float  # the share of the points
    checks_failed: int
    fundamental: str  # why it may cost more than half of the points, and is to be seen at once; empty where it may not
    passes_first_tests: bool
    calls_forbidden: bool  # whether it calls what the exercise, or a later one, asks for

    @property
    def loses_more_than_half(self) -> bool:
        return self.kept < LEAST_KEPT

    @property
    def is_unmarked(self) -> bool:
        """Whether it loses more than half of the points, and its file does not say why it should."""
        return self.loses_more_than_half and not self.fundamental

    @property
    def is_unseen(self) -> bool:
        """Whether it is fundamental and the first tests pass it. What a learner may not call, no answer can show."""
        return bool(self.fundamental) and self.passes_first_tests and not self.calls_forbidden


def price_as_json(prices: dict[str, Price]) -> dict[str, Any]:
    """What the mistakes of an exercise cost; None where there is none."""
    kept = sorted(price.kept for price in prices.values())
    quartiles = statistics.quantiles(kept, n=4, method="inclusive") if len(kept) > 1 else kept * 3
    return {
        "kept_median": statistics.median(kept) if kept else None,
        "kept_quartiles": [round(share, 4) for share in quartiles] or None,
        "checks_failed_median": statistics.median(p.checks_failed for p in prices.values()) if kept else None,
        "lose_more_than_half": [name for name, price in prices.items() if price.loses_more_than_half],
        "unmarked": [name for name, price in prices.items() if price.is_unmarked],
        "marked_but_keep_half": [
            name for name, price in prices.items() if price.fundamental and not price.loses_more_than_half
        ],
    }


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
    prices: dict[str, Price] = field(default_factory=dict)  # by the mistake's name

    @property
    def holds(self) -> bool:
        named = len(self.right) + len(self.wrong)
        enough = not named or len(self.right) >= NAMED_SHARE * named
        whole = self.reference_passes and not self.missed and not self.refused and not self.entangled
        return whole and enough and not self.unseen and not self.unmarked

    @property
    def unseen(self) -> list[str]:
        """Fundamental mistakes that pass the asserts which learners run."""
        return [name for name, price in self.prices.items() if price.is_unseen]

    @property
    def unmarked(self) -> list[str]:
        """Mistakes that lose more than half of the points, and whose files do not call them fundamental."""
        return [name for name, price in self.prices.items() if price.is_unmarked]

    def as_json(self) -> dict[str, Any]:
        mistakes, alternatives = len(self.caught) + len(self.missed), len(self.accepted) + len(self.refused)
        return {
            "exercise": self.exercise,
            "reference_passes": self.reference_passes,
            "mistakes": {"total": mistakes, "caught": len(self.caught), "missed": self.missed},
            "alternatives": {"total": alternatives, "accepted": len(self.accepted), "refused": self.refused},
            "entangled": self.entangled,
            "named": {"total": mistakes, "right": len(self.right), "wrong": list(self.wrong)},
            "price": price_as_json(self.prices),
            "visible": {
                "total": mistakes,
                "pass": sum(price.passes_first_tests for price in self.prices.values()),
                "fundamental": self.unseen,
            },
        }


def audit(course: Course, exercise: str) -> Audit:
    """Run the checks of `exercise` against reference, mistakes and alternatives."""
    course = course.patient()
    # They are collected once, and not for each of those.
    return collect([course.exercise(exercise)], lambda checks: _audit(course, exercise, checks.run_checks))


def _audit(course: Course, exercise: str, run_checks: RunChecks) -> Audit:
    judge, result = Judge(course, run_checks=run_checks), Audit(exercise)
    result.reference_passes = judge.judge_source(exercise, course.exercise(exercise).solution).passed
    for sample, verdict in judge.judge_mistakes(exercise):
        (result.missed if verdict.passed else result.caught).append(sample.name)
        _note_name(result, sample.name, verdict)
        result.prices[sample.name] = Price(
            kept=verdict.score / verdict.max_score,
            checks_failed=len(verdict.failed),
            fundamental=sample.fundamental,
            passes_first_tests=first_tests.hold(course.exercise(exercise), sample),
            calls_forbidden=any(check.seen.startswith(CALLS) for check in verdict.failed),
        )
    if course.given is not None:
        result.entangled = sorted(course.given.entangled(course.names_from(exercise)))
    for sample in course.exercise(exercise).alternatives:
        verdict = judge.judge_source(exercise, sample.source, sample.folder)
        (result.accepted if verdict.passed else result.refused).append(sample.name)
    return result


def _note_name(result: Audit, name: str, verdict: Verdict) -> None:
    if list(verdict.mistakes) == [name]:
        result.right.append(name)
    else:
        result.wrong[name] = " and ".join(verdict.mistakes) or None
