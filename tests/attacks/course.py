"""The toy course under attack: bounds that an attack soon meets, canaries within and outside, and old scores."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import nbformat
import psutil
from nbformat import NotebookNode
from toy import EXERCISES, LESSON, ToyCourse, cell, notebook_of

from .canaries import Canaries

CONFIG = """
import nbjudge

c = get_config()
c.NBJudge.given = "given_package"
c.NBJudge.check_seconds = 3
c.NBJudge.cell_seconds = 6
c.NBJudge.submission_seconds = 120
c.NBJudge.output_bytes = 100_000
c.NBJudge.memory_bytes = 512 << 20
c.NBJudge.processes = 32
c.NBJudge.file_bytes = 8 << 20
nbjudge.configure(c)
"""
LATER = """
from nbjudge import judge

judge("halve", halve)
"""
FILES = {
    "given_package/__init__.py": """
from ._exercises import ZERO, double, shares
from ._later import halve

__all__ = ["ZERO", "double", "halve", "shares"]
""",
    "given_package/_exercises.py": '''
import torch

ZERO = 0


def double(x):
    """This is the given version of double."""
    return x + x - ZERO


def shares(x):
    """This is the given version of shares."""
    return torch.nn.functional.softmax(x, dim=-1)
''',
    "given_package/_later.py": """
from ._exercises import double


def halve(x):
    return x / 2


class Quadrupled:
    def __call__(self, x):
        return double(double(x))
""",
    "source/z_later/z_later.ipynb": nbformat.writes(
        notebook_of(cell(LATER, "test_halve", grade=True, locked=True, points=1.0))
    ),
}
"""A working version of every exercise, and a lesson after this one."""

WRONG = "def double(x):\n    return x + 2\n"
WRONG_SCORES = {"double": 1.0, "shares": 4.0}
STALE = 2.71875  # what an earlier grading is said to have given; nobody may keep it


class AttackedCourse(ToyCourse):
    """A toy course with its canaries. What learners see calls nothing: an attack meets nobody but the judge."""

    exercises = ("double", "shares")
    config = CONFIG
    visible = "assert callable({name})"
    files: ClassVar[dict[str, str]] = FILES

    def __init__(self, root: Path, canaries: Canaries):
        super().__init__(root)
        self.canaries = canaries
        self.temporary = Path(tempfile.mkdtemp(prefix="att", dir="/tmp"))  # short: sockets lie in it

    def make(self) -> None:
        super().make()
        self.run("nbjudge.cli", "audit", ok=None)  # which notes how known mistakes fare, beside them
        shutil.copytree(self.root, self.pristine)

    def checks(self, name: str) -> str:
        return f"# {self.canaries.values['CHECKS']}\n{super().checks(name)}"

    def solution(self, name: str) -> str:
        mark = "### BEGIN SOLUTION\n"
        return super().solution(name).replace(mark, f"{mark}    # {self.canaries.values['SOURCE']}\n")

    def answered(self, **answers: str) -> NotebookNode:
        return super().answered(**{name: self.canaries.fill(answer) for name, answer in answers.items()})

    @property
    def pristine(self) -> Path:
        """A copy of the course as it was before anybody handed in."""
        return self.root.parent / "pristine"

    def environment(self) -> dict[str, str]:
        """With a secret, and with a directory for temporary files that must be empty at the end."""
        return {**super().environment(), "TMPDIR": str(self.temporary), **self.canaries.environment}

    def pretend_graded(self, students: list[str]) -> None:
        """Give everybody a score from long ago, so that one that was left standing is seen."""
        with self.gradebook() as gradebook:
            for student in students:
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(LESSON, student)
                for grade in gradebook.find_submission_notebook(LESSON, LESSON, student).grades:
                    grade.auto_score, grade.needs_manual_grade = STALE, False
            gradebook.db.commit()

    def remove(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)


FULL = {name: EXERCISES[name].points for name in AttackedCourse.exercises}


def adopt_orphans(wanted: bool = True) -> None:
    """Whatever outlives the grader becomes a child of this process (prctl PR_SET_CHILD_SUBREAPER), and is seen."""
    assert ctypes.CDLL(None).prctl(36, int(wanted), 0, 0, 0) == 0


def descendants() -> set[int]:
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


def mounts() -> list[str]:
    """The mounts of this machine, by what is mounted where."""
    return [line.split(" - ")[0].split(" ", 3)[3] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
