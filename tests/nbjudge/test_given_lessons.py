"""Each lesson works with what its learners' kernels hold of the given parts: those of earlier exercises, and no others."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import attnkit
import pytest
from nbgrader import utils
from nbjudge import Course
from nbjudge.answer_text import AnswerText
from nbjudge.course import judge_line, read_notebook
from nbjudge.source_text import plain_python

COURSE = Course(Path(__file__))
PARTS = COURSE.settings.given
GIVEN = COURSE.given
EXERCISES = list(COURSE.lesson_of)
PATHS = {name: f"{PARTS}.{name}" for name in COURSE.names_from(EXERCISES[0])}


def test_every_exercise_that_asks_for_a_name_has_a_given_part():
    assert set(PATHS) - GIVEN.names == {"Transformer"}
    assert len(PATHS) >= 30


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_part_needs_what_a_later_exercise_asks_for(exercise):
    assert GIVEN.entangled(COURSE.names_from(exercise)) == {}


@pytest.mark.parametrize("lesson", list(COURSE.lessons))
def test_cells_name_no_part_before_its_exercise_has_been_judged(lesson):
    """Locked cells, solutions, and what is visible of grading cells."""
    hidden = COURSE.names_since(lesson)
    for path in COURSE.lessons[lesson]:
        locked: list[str] = []
        for cell in read_notebook(path).cells:
            if cell.cell_type != "code":
                continue
            # A function of this cell's own, which is called at once: all that the cell names is read.
            body = "\n".join(f"    {line}" for line in plain_python(cell.source).splitlines())
            text = AnswerText("whole_cell", [f"def whole_cell():\n{body}\n    pass"], locked)
            assert text.forbidden(PATHS[name] for name in hidden) is None, cell.source
            locked.append(cell.source)
            line = judge_line(cell.source) if utils.is_grade(cell) else None
            if line is not None:
                hidden = COURSE.names_after(line.exercise)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_checks_make_objects_of_earlier_parts_alone(exercise):
    tree = ast.parse(COURSE.exercise(exercise).check_file.read_text(encoding="utf-8"))
    made = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if isinstance(node.func, ast.Name) and node.func.id == "make"
    ]
    assert not set(made) & {PATHS[name] for name in COURSE.names_from(exercise)}


KERNEL = """
import importlib, json, os, sys

import torch

os.environ["NBGRADER_EXECUTION"] = "autograde"
modules, steps = json.load(sys.stdin)
for name in modules:
    importlib.import_module(name)
from attnkit import parts
from nbjudge.conversation.inside import reach

hidden = [name for name in parts.__all__ if isinstance(getattr(parts, name), reach.OutOfReach)]
print(json.dumps(sorted(hidden)))
for added in steps:
    reach.add(added)
    hidden = [name for name in parts.__all__ if isinstance(getattr(parts, name), reach.OutOfReach)]
    print(json.dumps(sorted(hidden)))
x = parts.TokenEmbedding(5, 8)(torch.tensor([[1, 2]]))
print(json.dumps([parts.__file__, list(parts.Decoder(1, 8, 2, 12)(x, x).shape)]))
"""


def test_the_preloaded_modules_run_without_any_part_and_parts_come_one_by_one(tmp_path):
    copy = shutil.copytree(Path(attnkit.__file__).parent, tmp_path / "attnkit")
    shutil.rmtree(copy / "parts")
    hidden = [COURSE.names_from(name) for name in EXERCISES] + [()]
    for name, text in GIVEN.cover(hidden[0]).files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    steps = [GIVEN.added(before, after) for before, after in pairwise(hidden)]
    done = subprocess.run(
        [sys.executable, "-c", KERNEL],
        input=json.dumps([COURSE.settings.course_modules, steps]),
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    *seen, (file, shape) = map(json.loads, done.stdout.splitlines())
    assert seen == [sorted(set(names) & GIVEN.names) for names in hidden]
    assert Path(file).is_relative_to(tmp_path) and shape == [1, 2, 8]
