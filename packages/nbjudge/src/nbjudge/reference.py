"""The reference solution as an ordinary object of this process, for expected values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nbjudge import serve
from nbjudge.course import Course
from nbjudge.primitives import plain_python


def reference_object(course: Course, name: str):
    """The object that exercise `name` asks for, as its solution cells define it. Made once per process."""
    return _reference(course.lessons[course.exercise(name).lesson], course.settings.given, name, course)


@cache
def _reference(path: Path, given: str, name: str, course: Course):
    exercise = course.exercise(name)
    namespace: dict = {"__name__": f"reference_{name}"}
    exec(compile(plain_python(exercise.setup), f"<setup of {path.name}>", "exec"), namespace)
    serve.rebind(namespace, list(exercise.earlier), given)
    exec(compile(plain_python(exercise.solution), f"<solution of {path.name}>", "exec"), namespace)
    return eval(exercise.expression, namespace)
