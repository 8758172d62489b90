"""A course directory, and the real nbgrader in it: what any instructor could write around nbjudge."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from .exercises import EXERCISES
from .outcome import Outcome

LESSON = "toy"
CONFIG = """
import nbjudge

c = get_config()
c.NBJudge.given = "given_parts"
c.Execute.timeout = 300  # for `nbgrader validate`, which would give a busy machine 30 seconds
c.NBJudge.cell_seconds = 30  # which the judge would take from there
nbjudge.configure(c)
"""


def cell(source: str, grade_id: str, **flags: object) -> NotebookNode:
    """A code cell that nbgrader knows by `grade_id`."""
    meta = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**meta, "grade_id": grade_id, **flags}})


def notebook_of(*cells: NotebookNode) -> NotebookNode:
    """A notebook of the lesson, under its title."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=[new_markdown_cell("# A toy lesson"), *cells], metadata={"kernelspec": kernel})


class ToyCourse:
    """One lesson in the directory `root`. What a course of another kind has otherwise, it says in a subclass."""

    exercises: tuple[str, ...] = ("double", "quadruple")
    config: str = CONFIG
    visible: str = "assert {name}(np.ones(2)) is not None"
    """What learners see of a grading cell."""
    files: ClassVar[dict[str, str]] = {"given_parts.py": "def double(x):\n    return x + x\n"}
    """What lies in the directory beside that."""

    def __init__(self, root: Path):
        self.root = root

    # The course, as its author makes it

    def make(self) -> None:
        """Write the course and generate its release version, for which nbgrader takes seconds."""
        self.write("nbgrader_config.py", self.config)
        for name, text in self.files.items():
            self.write(name, text)
        for name in self.exercises:
            self.write(f"tests/checks/test_{name}.py", self.checks(name))
            for sample, text in EXERCISES[name].mistakes.items():
                self.write(f"tests/mistakes/{name}/{sample}.py", text)
            for sample, text in EXERCISES[name].alternatives.items():
                self.write(f"tests/alternatives/{name}/{sample}.py", text)
        self.write(f"source/{LESSON}/{LESSON}.ipynb", nbformat.writes(self.source()))
        self.generate()

    def checks(self, name: str) -> str:
        """The module of hidden checks of an exercise."""
        return dedent(EXERCISES[name].checks).lstrip()

    def solution(self, name: str) -> str:
        """The author's solution cell of an exercise."""
        return EXERCISES[name].solution

    def source(self) -> NotebookNode:
        """The author's notebook."""
        cells = [cell("import numpy as np\nimport torch", "setup", locked=True)]
        for name in self.exercises:
            call = f'from nbjudge import judge\n\njudge("{name}", {name})'
            tests = f"{self.visible.format(name=name)}\n### BEGIN HIDDEN TESTS\n{call}\n### END HIDDEN TESTS"
            cells.append(cell(self.solution(name), name, solution=True))
            points = EXERCISES[name].points
            cells.append(cell(tests, f"test_{name}", grade=True, locked=True, points=points))
        return notebook_of(*cells)

    def generate(self) -> None:
        self.run("nbgrader", "generate_assignment", LESSON, "--force")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    # What learners hand in

    def release(self) -> NotebookNode:
        return nbformat.read(self.root / f"release/{LESSON}/{LESSON}.ipynb", as_version=4)

    def answered(self, **answers: str) -> NotebookNode:
        """The released notebook with solution cells filled in; by default rightly."""
        notebook = self.release()
        for one in notebook.cells:
            grade_id = one.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in self.exercises:
                one.source = answers.get(grade_id, EXERCISES[grade_id].answer)
        return notebook

    def folder(self, student: str) -> Path:
        path = self.root / "submitted" / student / LESSON
        path.mkdir(parents=True, exist_ok=True)
        return path

    def hand_in(self, student: str, notebook: NotebookNode | str) -> Path:
        # nbformat mends what it writes, in its place; a submission stays as the test has made it.
        text = notebook if isinstance(notebook, str) else nbformat.writes(copy.deepcopy(notebook))
        return self.write(f"submitted/{student}/{LESSON}/{LESSON}.ipynb", text)

    # The real commands

    def environment(self) -> dict[str, str]:
        """What commands run in."""
        # nbgrader calls alembic by name, which lies beside this Python.
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        return {**os.environ, "PATH": path, "PYTHONPATH": str(self.root)}

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", *command]

    def run(self, *command: str, ok: bool | None = True) -> subprocess.CompletedProcess[str]:
        """Run a command in the course. It must succeed, or fail for `ok=False`, or either for None."""
        done = subprocess.run(
            self.command(*command),
            cwd=self.root,
            capture_output=True,
            text=True,
            errors="replace",
            env=self.environment(),
        )
        if ok is not None:
            assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return done

    def autograde(self, *options: str, ok: bool | None = True) -> subprocess.CompletedProcess[str]:
        done = self.run("nbgrader", "autograde", LESSON, *options, ok=ok)
        print(done.stderr)
        return done

    def generate_feedback(self, ok: bool | None = True) -> None:
        self.run("nbgrader", "generate_feedback", LESSON, ok=ok)

    # What came of it

    def graded(self, student: str) -> NotebookNode:
        return nbformat.read(self.root / f"autograded/{student}/{LESSON}/{LESSON}.ipynb", as_version=4)

    def feedback_page(self, student: str) -> Path:
        return self.root / f"feedback/{student}/{LESSON}/{LESSON}.html"

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def outcomes(self) -> dict[str, Outcome]:
        """What the gradebook says of everybody who is in it."""
        with self.gradebook() as gradebook:
            found = gradebook.find_assignment(LESSON).submissions
            return {submission.student.id: Outcome(submission) for submission in found}

    def scores(self, student: str) -> dict[str, float | None]:
        return self.outcomes()[student].scores

    def comments(self, student: str) -> str:
        return self.outcomes()[student].comment

    def needs_person(self, student: str) -> bool:
        return self.outcomes()[student].needs_person
