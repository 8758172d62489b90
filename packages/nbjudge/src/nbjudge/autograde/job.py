"""What whoever grades must know of a course, in a form that can be sent."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from nbjudge.autograde.seeds import course_secret
from nbjudge.course import Course, source_pattern
from nbjudge.settings import NBJudge


def job_of(root: Path, settings: NBJudge, directory: CourseDirectory, log: logging.Logger) -> dict[str, Any]:
    """What a `grader.Grader` must know of the course at `root`, as JSON. Raises `CourseError` where it cannot be read."""
    values = {name: value for name, value in settings.trait_values(config=True).items() if name != "refused"}
    sources, lesson = source_pattern(directory), directory.assignment_id
    values["hidden_delimiters"] = settings.hidden_delimiters
    course = Course(root, settings, sources)
    values["hidden_parts"] = _hidden_parts(course, lesson, log)
    course_secret(root)  # or why there is none; it is read again there, as all on this machine see a command line
    return {
        "root": str(root),
        "paths": [],  # where modules are found, before all other places
        "settings": values,
        "sources": sources,
        "lesson": lesson,
        "exercises": course.exercises_of(lesson),
        "trains": course.trains(lesson),
        "differentiates": course.differentiates(lesson),
    }


def _hidden_parts(course: Course, lesson: str, log: logging.Logger) -> list[str]:
    if course.given is None:
        return []
    hidden = course.names_since(lesson)
    for name, needs in sorted(course.given.entangled(hidden).items()):
        needed = ", ".join(sorted(needs))
        log.warning("%s: %s.%s is out of reach: it needs %s", lesson, course.given.name, name, needed)
    return list(hidden)
