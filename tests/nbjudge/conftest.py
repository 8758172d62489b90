"""A course that has nothing to do with Transformers: what any instructor could write around nbjudge."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

CONFIG = """
import nbjudge

c = get_config()
c.NBJudge.given = "given_parts"
nbjudge.configure(c)
"""
CHECKS = {
    "double": """
        import numpy as np
        from nbjudge import assert_close, assert_untouched, check

        @check(points=2, says="every entry is doubled")
        def test_values(student, reference, rng):
            x = rng.array(3, 4)
            assert_close(student(x), reference(x))

        @check(points=1, says="the input stays as it was")
        def test_untouched(student, rng):
            x = rng.array(5)
            assert_untouched({"x": x}, lambda: student(x))
    """,
    "quadruple": """
        from nbjudge import assert_close, check

        @check(points=4, says="every entry is multiplied by four")
        def test_values(student, reference, rng):
            x = rng.array(3, 4)
            assert_close(student(x), reference(x))
    """,
}
MISTAKES = {
    "double/adds_two.py": '"""You add 2, where you should multiply by 2."""\n\ndef double(x):\n    return x + 2\n',
    "double/in_place.py": '"""You change the input."""\n\ndef double(x):\n    x *= 2\n    return x\n',
}
ALTERNATIVES = {"double/by_adding.py": '"""x + x"""\n\ndef double(x):\n    return x + x\n'}
SOLUTIONS = {
    "double": "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    "quadruple": "def quadruple(x):\n    ### BEGIN SOLUTION\n    return double(double(x))\n    ### END SOLUTION",
}


def cell(source: str, grade_id: str, **flags) -> nbformat.NotebookNode:
    meta = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**meta, "grade_id": grade_id, **flags}})


def source_notebook() -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# A toy lesson"), cell("import numpy as np", "setup", locked=True)]
    for name, points in (("double", 3), ("quadruple", 4)):
        cells.append(cell(SOLUTIONS[name], name, solution=True))
        hidden = f'### BEGIN HIDDEN TESTS\nfrom nbjudge import judge\n\njudge("{name}", {name})\n### END HIDDEN TESTS'
        visible = f"assert {name}(np.ones(2)) is not None"
        cells.append(cell(f"{visible}\n{hidden}", f"test_{name}", grade=True, locked=True, points=points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


class ToyCourse:
    """A course directory, and the real nbgrader in it."""

    lesson = "toy"

    def __init__(self, root: Path):
        self.root = root
        self.write("nbgrader_config.py", CONFIG)
        for name, text in CHECKS.items():
            self.write(f"tests/checks/test_{name}.py", dedent(text))
        for name, text in MISTAKES.items():
            self.write(f"tests/mistakes/{name}", text)
        for name, text in ALTERNATIVES.items():
            self.write(f"tests/alternatives/{name}", text)
        self.write("given_parts.py", "def double(x):\n    return x + x\n")
        self.write("source/toy/toy.ipynb", nbformat.writes(source_notebook()))

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *command: str, ok: bool | None = True) -> subprocess.CompletedProcess:
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.root, capture_output=True, text=True, env=environment
        )
        if ok is not None:
            assert (done.returncode == 0) == ok, done.stdout + done.stderr
        return done

    def generate(self) -> None:
        self.run("nbgrader", "generate_assignment", "toy", "--force")

    def release(self) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "release/toy/toy.ipynb", as_version=4)

    def answered(self, **answers: str) -> nbformat.NotebookNode:
        """The released notebook with solution cells filled in; by default rightly."""
        notebook = self.release()
        for one in notebook.cells:
            grade_id = one.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in SOLUTIONS:
                one.source = answers.get(grade_id, SOLUTIONS[grade_id])
        return notebook

    def hand_in(self, student: str, notebook: nbformat.NotebookNode | str) -> Path:
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        return self.write(f"submitted/{student}/toy/toy.ipynb", text)

    def autograde(self, *options: str, ok: bool | None = True) -> subprocess.CompletedProcess:
        done = self.run("nbgrader", "autograde", "toy", *options, ok=ok)
        print(done.stderr)
        return done

    def gradebook(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")

    def scores(self, student: str) -> dict[str, float | None]:
        with self.gradebook() as gradebook:
            notebook = gradebook.find_submission_notebook("toy", "toy", student)
            return {grade.name.removeprefix("test_"): grade.auto_score for grade in notebook.grades}

    def comments(self, student: str) -> str:
        with self.gradebook() as gradebook:
            notebook = gradebook.find_submission_notebook("toy", "toy", student)
            return " ".join(comment.comment or "" for comment in notebook.comments)

    def needs_person(self, student: str) -> bool:
        with self.gradebook() as gradebook:
            return gradebook.find_submission("toy", student).needs_manual_grade

    def graded(self, student: str) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "autograded" / student / "toy/toy.ipynb", as_version=4)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course after `nbgrader generate_assignment`, which is slow to start."""
    root = tmp_path_factory.mktemp("released")
    ToyCourse(root).generate()
    return root


@pytest.fixture
def toy(tmp_path: Path, released: Path) -> ToyCourse:
    """A copy of the course, of its own for every test."""
    return ToyCourse(shutil.copytree(released, tmp_path / "course"))
