"""A small course for the attacks: two exercises, an honest class around the attackers, canaries outside."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from .canaries import Canaries

LESSON = "toy"
CONFIG = """
import nbjudge

c = get_config()
c.NBJudge.given = "attnkit.parts"
c.NBJudge.check_seconds = 1.5
c.NBJudge.cell_seconds = 3
c.NBJudge.submission_seconds = 40
c.NBJudge.output_bytes = 100_000
c.NBJudge.memory_bytes = 512 << 20
c.NBJudge.processes = 32
c.NBJudge.file_bytes = 8 << 20
nbjudge.configure(c)
"""
CHECKS = {
    "double": """
        # @CHECKS@
        from nbjudge import assert_close, assert_untouched, check


        @check(points=2, says="every entry is doubled")
        def test_values(student, reference, rng):
            x = rng.array(3, 4)
            expected = reference(x)
            assert_close(student(x), expected)


        @check(points=1, says="the input stays as it was")
        def test_untouched(student, rng):
            x = rng.array(5)
            assert_untouched({"x": x}, lambda: student(x))
    """,
    "shares": """
        # @CHECKS@
        from nbjudge import assert_close, check


        @check(points=3, says="every row is positive and sums to 1, and its logarithm is the input up to a constant")
        def test_values(student, reference, rng):
            x = rng.normal(3, 4)
            assert_close(student(x), reference(x))


        @check(points=1, says="the definition is written out", forbids=["torch.softmax", "torch.nn.functional.softmax"])
        def test_written_out(student, rng):
            student(rng.normal(2, 5))
    """,
}
SOLUTIONS = {
    "double": "def double(x):\n    ### BEGIN SOLUTION\n    # @SOURCE@\n    return 2 * x\n    ### END SOLUTION",
    "shares": "def shares(x):\n    ### BEGIN SOLUTION\n    e = (x - x.amax(-1, keepdim=True)).exp()\n"
    "    return e / e.sum(-1, keepdim=True)\n    ### END SOLUTION",
}
RIGHT = {
    "double": "def double(x):\n    return 2 * x\n",
    "shares": "def shares(x):\n    e = (x - x.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)\n",
}
FULL = {"double": 3.0, "shares": 4.0}
WRONG = "def double(x):\n    return x + 2\n"
WRONG_SCORES = {"double": 1.0, "shares": 4.0}
STALE = 2.71875  # what an earlier grading is said to have given; nobody may keep it


def cell(source: str, grade_id: str, **flags) -> nbformat.NotebookNode:
    meta = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**meta, "grade_id": grade_id, **flags}})


def source_notebook() -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# A toy lesson"), cell("import numpy as np\nimport torch", "setup", locked=True)]
    for name, points in FULL.items():
        cells.append(cell(SOLUTIONS[name], name, solution=True))
        hidden = f'### BEGIN HIDDEN TESTS\nfrom nbjudge import judge\n\njudge("{name}", {name})\n### END HIDDEN TESTS'
        cells.append(cell(f"assert callable({name})\n{hidden}", f"test_{name}", grade=True, locked=True, points=points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


class AttackedCourse:
    """A course directory, its canaries, and nbgrader in a process of its own."""

    def __init__(self, root: Path, canaries: Canaries):
        self.root, self.canaries = root, canaries
        self.temporary = Path(tempfile.mkdtemp(prefix="att", dir="/tmp"))  # short: sockets lie in it

    config = CONFIG

    def source(self) -> nbformat.NotebookNode:
        return source_notebook()

    def make(self) -> None:
        """Write the course and generate its release version."""
        self.write("nbgrader_config.py", self.config)
        for name, text in CHECKS.items():
            self.write(f"tests/checks/test_{name}.py", self.canaries.fill(dedent(text)))
        self.write(f"source/{LESSON}/{LESSON}.ipynb", self.canaries.fill(nbformat.writes(self.source())))
        self.run("nbgrader", "generate_assignment", LESSON)
        shutil.copytree(self.root, self.pristine)

    @property
    def pristine(self) -> Path:
        """A copy of the course as it was before anybody handed in."""
        return self.root.parent / "pristine"

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def answered(self, **answers: str) -> nbformat.NotebookNode:
        """The released notebook with solution cells filled in; by default rightly."""
        notebook = nbformat.read(self.root / f"release/{LESSON}/{LESSON}.ipynb", as_version=4)
        for one in notebook.cells:
            grade_id = one.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in RIGHT:
                one.source = self.canaries.fill(answers.get(grade_id, RIGHT[grade_id]))
        return notebook

    def folder(self, student: str) -> Path:
        path = self.root / "submitted" / student / LESSON
        path.mkdir(parents=True, exist_ok=True)
        return path

    def hand_in(self, student: str, notebook: nbformat.NotebookNode) -> Path:
        path = self.folder(student) / f"{LESSON}.ipynb"
        path.write_text(nbformat.writes(copy.deepcopy(notebook), version=nbformat.NO_CONVERT), encoding="utf-8")
        return path

    def environment(self) -> dict[str, str]:
        """What the grader runs in: with a secret, and a directory for temporary files that must be empty at the end."""
        # nbgrader calls alembic by name, which lies beside this Python.
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        ours = {"PATH": path, "PYTHONPATH": str(self.root), "TMPDIR": str(self.temporary), **self.canaries.environment}
        return {**os.environ, **ours}

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", *command]

    def run(self, *command: str, ok: bool | None = True, seconds: float = 600) -> subprocess.CompletedProcess:
        done = subprocess.run(
            self.command(*command),
            cwd=self.root,
            capture_output=True,
            text=True,
            errors="replace",
            env=self.environment(),
            timeout=seconds,
        )
        if ok is not None:
            assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return done

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def pretend_graded(self, students: list[str]) -> None:
        """Give everybody a score from long ago, so that one that was left standing is seen."""
        with self.gradebook() as gradebook:
            for student in students:
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(LESSON, student)
                for grade in gradebook.find_submission_notebook(LESSON, LESSON, student).grades:
                    grade.auto_score, grade.needs_manual_grade = STALE, False
            gradebook.db.commit()

    def outcomes(self) -> dict[str, Outcome]:
        with self.gradebook() as gradebook:
            found = gradebook.find_assignment(LESSON).submissions
            return {submission.student.id: Outcome(submission) for submission in found}

    def remove(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)


class Outcome:
    """What the gradebook says of one submission."""

    def __init__(self, submission):
        notebook = submission.notebooks[0]
        self.scores = {grade.name.removeprefix("test_"): grade.auto_score for grade in notebook.grades}
        self.manual = [grade.manual_score for grade in notebook.grades if grade.manual_score is not None]
        self.needs_person = submission.needs_manual_grade
        self.comment = " ".join(comment.comment or "" for comment in notebook.comments).strip()

    @property
    def settled(self) -> bool:
        """Every grading cell has a score, or a person is asked to look and told why."""
        return None not in self.scores.values() or (self.needs_person and bool(self.comment))

    def points(self, exercise: str) -> float:
        return self.scores[exercise] or 0.0


def adopt_orphans() -> None:
    """Whatever outlives the grader becomes a child of this process (prctl PR_SET_CHILD_SUBREAPER), and is seen."""
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0


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
