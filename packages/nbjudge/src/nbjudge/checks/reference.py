"""The reference solution as an ordinary object of this process, for expected values."""

from __future__ import annotations

from functools import cache
from typing import Any

from nbjudge.conversation.common import names
from nbjudge.course import Exercise
from nbjudge.source_text import plain_python


@cache
def reference_object(exercise: Exercise) -> object:
    """What the exercise asks for, as its solution cells define it. Made once per process."""
    file = exercise.text_file.name
    namespace: dict[str, Any] = {"__name__": f"reference_{exercise.name}"}
    exec(compile(plain_python(exercise.setup), f"<setup of {file}>", "exec"), namespace)
    names.rebind(namespace, exercise.earlier_names, exercise.course.settings.given)
    exec(compile(plain_python(exercise.solution), f"<solution of {file}>", "exec"), namespace)
    return eval(exercise.expression, namespace)
