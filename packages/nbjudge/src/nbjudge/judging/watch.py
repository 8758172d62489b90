"""Looks at the processor's clock of the learner's process while the checks of an exercise run."""

from __future__ import annotations

from collections.abc import Callable

from nbjudge.conversation.connection import Unresponsive
from nbjudge.patience import Patience, Seconds, Taken


class Watch:
    """`computed` tells what the learner's process has computed so far; `patience` what each check of `exercise` may.

    Without them, only the wall clock bounds a check.
    """

    def __init__(
        self,
        exercise: str = "",
        computed: Callable[[], Seconds] = lambda: 0.0,
        patience: Patience | None = None,
    ):
        self._exercise, self._computed = exercise, computed
        self._patience = patience or Patience(Taken)
        self._all = self._patience.with_exercise(exercise)
        self.taken: dict[str, Seconds] = {}  # by check
        self.begin("")

    def renewed(self) -> Watch:
        """Another one, for when all checks run once more."""
        return Watch(self._exercise, self._computed, self._patience)

    def begin(self, check: str) -> None:
        self.why_enough = ""  # of this check
        self._check, self._began = check, self._computed()
        self._allowance = self._patience.with_check(self._exercise, check)

    def look(self) -> None:
        """Called again and again while an answer is awaited. Raises `Unresponsive` when the check has had enough."""
        self.why_enough = self._allowance.why_enough(self._so_far())
        if self.why_enough:
            raise Unresponsive

    def end(self) -> bool:
        """The check has ended; returns whether there is nothing left for those that follow."""
        self.taken[self._check] = self._so_far()
        return bool(self._all.why_enough(sum(self.taken.values())))

    def _so_far(self) -> Seconds:
        return max(0.0, self._computed() - self._began)  # a process in the place of another begins anew
