"""The given parts that the kernel of one notebook has, while its exercises are judged one by one.

An exercise that is judged finds those of all earlier ones there, and none of its own or of a later one. Within walls,
the kernel's world begins without any that the lesson asks for, and is told of one when its exercise has been judged.
Without walls (`c.NBJudge.sandbox = "none"`) they are taken out of reach by name alone.
"""

from __future__ import annotations

from collections.abc import Collection

from nbjudge.course import Course
from nbjudge.given import Given
from nbjudge.kernels.replay import LastingKernel
from nbjudge.settings import NBJudge

# No name is looked up here that a learner may have given another meaning.
IMPORT = "(lambda: 0).__builtins__['__import__']"
_REACH = f"{IMPORT}('nbjudge.conversation.inside.reach', fromlist=['reach'])"


class GivenParts:
    """`hidden` are the names that the kernel's world begins without."""

    def __init__(self, kernel: LastingKernel, course: Course, settings: NBJudge, given: Given | None):
        self._kernel, self._course, self._settings, self._given = kernel, course, settings, given
        self._hidden: Collection[str] = settings.hidden_parts

    def begin(self, first: str | None) -> None:
        """Before any cell runs of a notebook, whose first exercise is `first`."""
        if self._given is not None and self._settings.sandbox == "none":
            self._run(f"take({self._given.name!r}, {list(self._hidden)!r})")
        if first is not None:
            self._leave(self._course.names_from(first))

    def judged(self, exercise: str) -> None:
        """An exercise has been judged: what it asked for may be used from now on."""
        self._leave(self._course.names_after(exercise))

    def _leave(self, hidden: Collection[str]) -> None:
        """Give all that is hidden but for these."""
        before, self._hidden = self._hidden, hidden
        if self._given is None or set(before) == set(hidden):
            return
        if self._settings.sandbox == "none":
            names = [name for name in before if name not in hidden]
            self._run(f"give({self._given.name!r}, {names!r})")
        else:
            self._run(f"add({self._given.added(before, hidden)!r})")

    def _run(self, call: str) -> None:
        self._kernel.run(f"{_REACH}.{call}", self._settings.check_seconds)
