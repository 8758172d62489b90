"""The lesson as an instructor without nbjudge would write it: the same checks, inlined in the grading cells."""

from __future__ import annotations

import copy
import re
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils
from nbjudge import Course, judge_line

_RUNNER = """
import functools, zlib
from nbjudge import Rng, assert_example
for _name, _check in [(n, f) for n, f in list(globals().items()) if n.startswith("test_") and hasattr(f, "nbjudge_check")]:
    _fixtures = {{"student": {student}, "reference": _reference, "rng": Rng(zlib.crc32(_name.encode()))}}
    _fixtures["example"] = functools.partial(assert_example, name="{student}")
    _check(**{{k: v for k, v in _fixtures.items() if k in _check.__code__.co_varnames[:_check.__code__.co_argcount]}})
    del globals()[_name]
"""


def inline_checks(notebook: NotebookNode, course: Course, checks: Path) -> NotebookNode:
    """A copy of a source notebook whose hidden regions hold checks and reference as plain code."""
    inlined = copy.deepcopy(notebook)
    for cell in inlined.cells:
        line = judge_line(cell.source) if utils.is_grade(cell) else None
        if line is not None:
            code = (checks / f"test_{line.exercise}.py").read_text(encoding="utf-8")
            body = f"{code}\n{_reference(course, line.exercise)}\n{_RUNNER.format(student=line.expression)}"
            visible = cell.source.split("### BEGIN HIDDEN TESTS")[0]
            cell.source = f"{visible}### BEGIN HIDDEN TESTS\n{body}\n### END HIDDEN TESTS"
    return inlined


def _reference(course: Course, name: str) -> str:
    """Code that defines `_reference`, out of the learner's way."""
    exercise = course.exercise(name)
    code = f"{exercise.setup}\nfrom attnkit.parts import *\n{exercise.solution}\n"
    # Markers inside the text would be taken for this cell's own.
    source = re.sub(r"^\s*### (BEGIN|END) SOLUTION$", "", code, flags=re.MULTILINE)
    return f"_space = {{}}\nexec({source!r}, _space)\n_reference = _space[{exercise.expression!r}]"
