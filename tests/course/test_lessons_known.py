"""What attnkit knows of the lessons is what the course has."""

from __future__ import annotations

import re

from attnkit._lessons import LESSONS


def test_lessons_and_exercises_are_those_of_the_course(course):
    assert [name[:2] for name in course.lessons] == [lesson.number for lesson in LESSONS]
    for (name, (text,)), lesson in zip(course.lessons.items(), LESSONS, strict=True):
        assert [exercise for exercise, where in course.lesson_of.items() if where == name] == list(lesson.exercises)
        title = re.search(r"^# \d+\. (.*)$", text.read_text(encoding="utf-8"), re.MULTILINE)
        assert title is not None
        assert title[1] == lesson.title
