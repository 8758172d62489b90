"""What learners may use of the given parts, and what it costs to use another: real submissions, by the real commands."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent
from typing import ClassVar

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from toy import EXERCISES, Outcome, ToyCourse, cell, notebook_of

FULL = {"double": 3.0, "quadruple": 4.0, "shares": 4.0}
WRONG = "def double(x):\n    return x + 2\n"
PACKAGE = {
    "given_package/__init__.py": """
        from ._earlier import LIMIT, halve
        from ._toy import double, quadruple, shares

        __all__ = ["LIMIT", "double", "halve", "quadruple", "shares"]
    """,
    "given_package/_earlier.py": """
        LIMIT = 100

        def halve(x):
            return x / 2
    """,
    "given_package/_toy.py": """
        import torch
        from ._earlier import halve

        def double(x):
            return halve(4 * x)

        def quadruple(x):
            return double(double(x))

        def shares(x):
            return torch.softmax(x, -1)
    """,
}


def _lesson(exercise: str) -> str:
    judge = f"from nbjudge import judge\n\njudge('{exercise}', {exercise})"
    return nbformat.writes(notebook_of(cell(judge, f"test_{exercise}", grade=True, locked=True, points=1.0)))


class Course(ToyCourse):
    """The toy lesson with all its exercises, one lesson before it, and every part given in a package."""

    exercises = tuple(FULL)
    config = ToyCourse.config.replace("given_parts", "given_package")
    visible = "assert callable({name})"
    files: ClassVar[dict[str, str]] = {
        **{name: dedent(text) for name, text in PACKAGE.items()},
        "source/earlier/earlier.ipynb": _lesson("halve"),
    }

    def handed_in(self, student: str, first: str = "", **answers: str) -> None:
        """Hand in answers, below a first cell of the learner's own."""
        notebook = self.answered(**answers)
        notebook.cells.insert(1, new_code_cell(first))
        self.hand_in(student, notebook)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("given_parts"))
    course.make()
    return course


@pytest.fixture
def course(tmp_path: Path, made: Course) -> Course:
    return Course(shutil.copytree(made.root, tmp_path / "course"))


def graded(course: Course, *options: str) -> dict[str, Outcome]:
    course.autograde(*options)
    return course.outcomes()


def table(course: Course, student: str, exercise: str) -> str:
    cells = course.graded(student).cells
    one = next(c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == f"test_{exercise}")
    return str(one.outputs[0]["data"]["text/html"])


ALL = "from given_package import *\nimport given_package as parts"
EARLIER = {
    "double": "def double(x):\n    return halve(4 * x)",
    "quadruple": "class Twice:\n    once = double\n\n\nquadruple = lambda x: parts.double(double(x))",
    "shares": EXERCISES["shares"].answer.replace("x.amax", "halve(x + x).amax"),
}


def test_earlier_parts_may_be_used_and_others_stand_in_for_what_was_lost(course):
    course.handed_in("earlier", ALL, **EARLIER)
    own = "\nassert (parts.double(np.ones(2)) == double(np.ones(2))).all()"
    course.handed_in("compares", ALL, double=EXERCISES["double"].answer + own)
    fused = f"{EXERCISES['shares'].answer}\nprint(torch.softmax(torch.ones(2), -1) - shares(torch.ones(2)))"
    course.handed_in("compares_with_torch", "", shares=fused)
    course.handed_in("wrong_once", "", double=WRONG)
    course.handed_in("own_part", ALL, double="def double(x):\n    return parts.double(x)")
    course.handed_in("takes_it", ALL, quadruple="quadruple = parts.quadruple")
    course.handed_in("built_on_it", ALL, quadruple="class Mine(parts.quadruple):\n    pass\n\n\nquadruple = Mine()")
    course.handed_in(
        "later_part", "", double="import given_package\n\n\ndef double(x):\n    return given_package.quadruple(x) / 2"
    )
    outcomes = graded(course)
    for student in ("earlier", "compares", "compares_with_torch"):
        assert outcomes[student].scores == FULL, student
        assert "build yourself" not in table(course, student, "shares")
    assert outcomes["wrong_once"].scores == {**FULL, "double": 1.0}
    assert outcomes["own_part"].scores == {**FULL, "double": 0.0}
    assert outcomes["takes_it"].scores == outcomes["built_on_it"].scores == {**FULL, "quadruple": 0.0}
    assert outcomes["later_part"].scores == {**FULL, "double": 0.0}
    asks = "your code calls given_package.double, which this exercise asks you to build yourself"
    assert asks in table(course, "own_part", "double")
    assert "given_package.quadruple, which this exercise asks" in table(course, "takes_it", "quadruple")
    assert "given_package.quadruple is for you to build" in table(course, "built_on_it", "quadruple")
    later = "your code calls given_package.quadruple, which a later exercise asks you to build yourself"
    assert later in table(course, "later_part", "double")


def test_a_process_that_is_replaced_has_the_same_parts(course):
    dies = "calls = []\n\n\ndef quadruple(x):\n    import os\n    os._exit(0)\n"
    course.handed_in("dies", ALL, quadruple=dies, shares=EARLIER["shares"] + "assert double(2) == 4\n")
    course.handed_in("wrong_and_dies", ALL, double=WRONG, quadruple=dies + "\n\nhalve(2)")
    outcomes = graded(course)
    assert outcomes["dies"].scores == {**FULL, "quadruple": 0.0}
    assert outcomes["wrong_and_dies"].scores == {**FULL, "double": 1.0, "quadruple": 0.0}


def test_without_walls_the_names_are_out_of_reach_all_the_same(course):
    course.handed_in("earlier", ALL, **EARLIER)
    course.handed_in("own_part", ALL, double="def double(x):\n    return parts.double(x)")
    course.handed_in("wrong_once", "", double=WRONG)
    outcomes = graded(course, "--NBJudge.sandbox=none")
    assert outcomes["earlier"].scores == FULL
    assert outcomes["own_part"].scores == {**FULL, "double": 0.0}
    assert outcomes["wrong_once"].scores == {**FULL, "double": 1.0}


def test_a_given_module_that_cannot_be_read_ends_the_command(course):
    course.handed_in("right")
    course.write("given_package/_toy.py", "def double(:\n")
    said = course.autograde(ok=False).stderr
    assert "the given module given_package._toy is not Python" in said and "Nothing was graded." in said


def test_plain_python_is_judged_by_the_same_names(course):
    answers = {
        "own.py": "import given_package\n\ndef double(x):\n    return given_package.double(x)\n",
        "later.py": "from given_package import quadruple\n\ndef double(x):\n    return quadruple(x) / 2\n",
        "earlier.py": "from given_package import halve\n\ndef double(x):\n    return halve(4 * x)\n",
    }
    for name, text in answers.items():
        course.write(name, text)
    for name in ("own.py", "later.py"):
        assert "asks you to build yourself" in course.run("nbjudge.cli", "check", "double", name, ok=False).stdout
    course.run("nbjudge.cli", "check", "double", "earlier.py")
