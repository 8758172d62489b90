"""How long a learner's code may compute: as long as the reference solution does, times a generous factor.

That is time of the processor, which a busy machine does not change. A wall clock bounds it as well: who sleeps, or has
no reference to be compared with, is waited for until then (`c.NBJudge.cell_seconds`, `c.NBJudge.check_seconds`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

FACTOR = 50  # how much more than the reference an answer may take, in loops of Python where that has one call
CELL_SECONDS = 3.0  # what a cell may take in any case
CHECK_SECONDS = 2.0  # the same for one check
EXERCISE_SECONDS = 4.0  # and for all checks of an exercise

Seconds: TypeAlias = float
"""Of the processor, in one process with all its threads."""


@dataclass(frozen=True)
class Taken:
    """What the reference solution took."""

    cells: dict[str, Seconds] = field(default_factory=dict[str, Seconds])  # by the cell's name
    checks: dict[str, dict[str, Seconds]] = field(default_factory=dict[str, dict[str, Seconds]])  # by exercise, name

    def of_exercise(self, name: str) -> Seconds | None:
        """What all checks of an exercise took."""
        return sum(self.checks[name].values()) if name in self.checks else None


class Allowance:
    """What one cell, check or exercise may compute: `least` in any case, and more where the reference took more.

    `took` tells what the reference took, and is asked only where `least` is used up; None where that is not known.
    """

    def __init__(self, least: Seconds, took: Callable[[], Seconds | None]):
        self._least, self._took = least, took

    def why_enough(self, used: Seconds) -> str:
        """What it has used up, to go on after "did not end within"; empty while it may go on."""
        if used < self._least:
            return ""
        took = self._took()
        if took is None or used < FACTOR * took:
            return ""
        most = max(self._least, FACTOR * took)
        return f"{most:.2g} seconds of computing, where the reference takes {max(took, 0.01):.1g}"


ENDLESS = Allowance(math.inf, lambda: None)


class Patience:
    """What the cells and checks of one notebook may compute. `measure` is called once, if at all."""

    def __init__(self, measure: Callable[[], Taken]):
        self._measure = measure
        self._known: Taken | None = None

    def with_cell(self, name: str) -> Allowance:
        """`name` is the cell's, by which the reference has one, too."""
        return Allowance(CELL_SECONDS, lambda: self._taken().cells.get(name))

    def with_check(self, exercise: str, check: str) -> Allowance:
        return Allowance(CHECK_SECONDS, lambda: self._taken().checks.get(exercise, {}).get(check))

    def with_exercise(self, exercise: str) -> Allowance:
        return Allowance(EXERCISE_SECONDS, lambda: self._taken().of_exercise(exercise))

    def _taken(self) -> Taken:
        if self._known is None:
            self._known = self._measure()
        return self._known
