"""Submissions that look like people's work, made from a lesson's released notebook. For the demo, tests, benchmarks."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbjudge import Course, Exercise


class Lesson:
    """A lesson, and what people may write into its solution cells."""

    def __init__(self, course: Course, name: str, release: Path):
        self.name, self._course = name, course
        self.release = nbformat.read(release / name / f"{name}.ipynb", as_version=4)
        self.exercises: list[Exercise] = [
            course.exercise(e) for e, lesson in course.lesson_of.items() if lesson == name
        ]

    def right(self) -> dict[str, str]:
        return {exercise.name: exercise.solution for exercise in self.exercises}

    def other_style(self) -> dict[str, str]:
        """An accepted alternative for every exercise."""
        return {e.name: e.alternatives[0].source for e in self.exercises}

    def mistaken(self, which: int, count: int) -> dict[str, str]:
        """Right but for the last `count` exercises, each with its mistake number `which`."""
        answers = self.right()
        for exercise in self.exercises[-count:]:
            samples = exercise.mistakes
            answers[exercise.name] = samples[which % len(samples)].source
        return answers

    def notebook(self, answers: dict[str, str]) -> NotebookNode:
        """The released notebook with `answers` in its solution cells; what is not answered stays as released."""
        notebook = copy.deepcopy(self.release)
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
        return notebook

    def people(self) -> dict[str, NotebookNode]:
        """Student → notebook: a small class, each with a reason to be in it."""
        right, first, last = self.right(), self.exercises[0].name, self.exercises[-1].name
        half = {e.name: e.solution for e in self.exercises[: len(self.exercises) // 2]}
        unfinished = right[last].splitlines()[0] + "\n    return (1 +\n"
        raising = {**right, first: right[first] + "\n\nraise RuntimeError('I forgot to remove this line')"}
        looping = {**right, first: right[first] + "\n\nwhile True:\n    pass"}
        people = {
            "ada_right": self.notebook(right),
            "blaise_other_style": self.notebook(self.other_style()),
            "carl_one_mistake": self.notebook(self.mistaken(0, 1)),
            "dorothy_another_mistake": self.notebook(self.mistaken(1, 1)),
            "emmy_several_mistakes": self.notebook(self.mistaken(2, len(self.exercises))),
            "felix_half_empty": self.notebook(half),
            "grace_untouched": self.notebook({}),
            "henri_syntax_error": self.notebook({**right, last: unfinished}),
            "ida_raises": self.notebook(raising),
            "john_loops_for_ever": self.notebook(looping),
            "karen_missing_cell": without(self.notebook(right), first),
            "leonhard_own_cells": with_own_cells(self.notebook(right)),
        }
        return people


def without(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The notebook after somebody deleted a cell."""
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != grade_id]
    return notebook


def with_own_cells(notebook: NotebookNode) -> NotebookNode:
    """The notebook of somebody who writes notes, prints a lot and warns."""
    notes = nbformat.v4.new_markdown_cell("My notes: the *key* is what a position offers, the *query* what it wants.")
    prints = nbformat.v4.new_code_cell("import warnings\n\nwarnings.warn('only a warning')\nprint('trying things out')")
    notebook.cells[3:3] = [notes, prints]
    return notebook


def hand_in(notebook: NotebookNode, root: Path, student: str, lesson: str) -> Path:
    """Write a notebook where nbgrader looks for submissions."""
    path = root / "submitted" / student / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
