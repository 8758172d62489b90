"""The reference solution as an ordinary object of this process, for expected values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from nbjudge.conversation.common import names
from nbjudge.course import Exercise
from nbjudge.source_text import plain_python

_EXECUTION = "NBGRADER_EXECUTION"  # nbgrader's own, by which a notebook knows who runs it


@cache
def reference_object(exercise: Exercise) -> object:
    """What the exercise asks for, as its solution cells define it. Made once per process."""
    file = exercise.text_file.name
    namespace: dict[str, Any] = {"__name__": f"reference_{exercise.name}"}
    with _as_when_graded():
        exec(compile(plain_python(exercise.setup), f"<setup of {file}>", "exec"), namespace)
        names.rebind(namespace, exercise.earlier_names, exercise.course.settings.given)
        exec(compile(plain_python(exercise.solution), f"<solution of {file}>", "exec"), namespace)
        return eval(exercise.expression, namespace)


@contextmanager
def _as_when_graded() -> Iterator[None]:
    """What a lesson does for who looks on, it leaves out: pictures, and judging what stands above."""
    before = os.environ.get(_EXECUTION)
    os.environ[_EXECUTION] = "autograde"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EXECUTION]
        else:
            os.environ[_EXECUTION] = before
