"""The line under each exercise, as learners meet it: in a folder of their own, in a real kernel."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbjudge import Course

ROOT = Path(__file__).resolve().parents[2]
LESSON = "01_scaled_dot_product_attention"
UNSCALED = "def attention_scores(query, key):\n    return query @ key.transpose(-2, -1)"


def start(folder: Path, course: Path = ROOT) -> Path:
    """The lessons in a folder of a learner's; returns the one of the first lesson."""
    subprocess.run([sys.executable, "-m", "attnkit._start", "start", str(folder)], cwd=course, check=True)
    return folder / LESSON


def run(lesson: Path, answers: dict[str, str]) -> dict[str, NotebookNode]:
    """Run a lesson with `answers`; what stands below each check line, by the exercise."""
    notebook = nbformat.read(lesson / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    resources = {"metadata": {"path": str(lesson)}}
    NotebookClient(notebook, timeout=None, allow_errors=True, resources=resources).execute()
    lines = [cell for cell in notebook.cells if cell.source.startswith("check(")]
    return {cell.metadata.nbgrader.grade_id.removeprefix("check_"): cell.outputs for cell in lines}


def test_it_shows_points_examples_and_advice_and_keeps_the_score(tmp_path):
    course = Course(ROOT)
    lesson = start(tmp_path / "mine")
    right = course.exercise("soft_lookup").solution
    shown = run(
        lesson, {"soft_lookup": right, "attention_scores": UNSCALED, "attention_weights": "attention_weights = 3"}
    )
    assert len(shown) == 4
    (table,) = shown["soft_lookup"]
    assert "3 of 3 points" in table.data["text/html"]
    assert "failed" not in table.data["text/html"]
    (table,) = shown["attention_scores"]
    assert "2.25 of 3 points" in table.data["text/html"]
    assert "attention_scores([[1, 2]], [[2, 0], [0, 3]]) → [[1.41, 4.24]]" in table.data["text/html"]
    assert "<b>Advice:</b>" in table.data["text/html"]
    assert "had not been divided by √d_k" in table.data["text/plain"]
    (table,) = shown["attention_weights"]
    assert "int" in table.data["text/html"]
    (table,) = shown["scaled_dot_product_attention"]  # nobody has begun it
    assert "it is not done yet" in table.data["text/html"]
    kept = json.loads((tmp_path / "mine/progress.json").read_text())
    assert kept["points"] == {
        "soft_lookup": [3, 3],
        "attention_scores": [2.25, 3],
        "attention_weights": [0, 4],
        "scaled_dot_product_attention": [0, 5],
    }


def test_a_course_that_keeps_its_checks_says_so_in_a_sentence(tmp_path):
    course = tmp_path / "course"
    shutil.copytree(ROOT / "release" / LESSON, course / "release" / LESSON)
    shown = run(start(tmp_path / "mine", course), {})
    for outputs in shown.values():
        (output,) = outputs
        assert output.output_type == "execute_result", output
        assert "When you hand in, the checks decide." in output.data["text/plain"]


def say(tmp_path: Path, code: str, **environment: str) -> str:
    """What a plain Python prints, in the folder of a lesson."""
    lesson = start(tmp_path / "mine")
    variables = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=lesson, env=variables, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


LINE = "from attnkit import check; print(check('soft_lookup', print))"


@pytest.mark.parametrize("by", ["autograde", "validate"])
def test_it_does_nothing_while_the_notebook_is_graded_or_validated(tmp_path, by):
    assert say(tmp_path, LINE, NBGRADER_EXECUTION=by) == "None"
    assert json.loads((tmp_path / "mine/progress.json").read_text())["points"] == {}


def test_without_a_judge_it_says_so_in_a_sentence(tmp_path):
    alone = "import importlib.metadata as m; m.entry_points = lambda **_: (); "
    assert "the asserts above are your test for now" in say(tmp_path, alone + LINE)


@pytest.mark.parametrize(
    ("error", "words"),
    [("OSError('no disk')", "OSError: no disk"), ("KeyboardInterrupt", "Run the cell again when you like")],
)
def test_a_fault_of_the_judge_is_a_sentence(tmp_path, error, words):
    broken = f"import nbjudge.judging.here as h\ndef fail(*_): raise {error}\nh.judge_here = fail\n"
    assert words in say(tmp_path, broken + LINE)


LOOP = """
import threading, time
from attnkit import check
from nbjudge.settings import NBJudge
NBJudge.check_seconds.default_value = 1.0
NBJudge.cell_seconds.default_value = 3.0
def soft_lookup(query, keys, values):
    while True:
        pass
said = str(check("soft_lookup", soft_lookup))
time.sleep(1)
before = time.process_time()
time.sleep(1)
print(threading.active_count(), round(time.process_time() - before, 1), "does a loop never end" in said)
"""


def test_a_loop_ends_with_the_check_and_leaves_nothing_running(tmp_path):
    assert say(tmp_path, LOOP) == "1 0.0 True"
