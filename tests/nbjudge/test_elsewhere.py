"""What runs on systems that cannot fork and have no Unix sockets: tried without them, by `elsewhere/sitecustomize.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy import ToyCourse

ELSEWHERE = Path(__file__).parents[1] / "elsewhere"
WRONG = "def double(x):\n    return x + 2\n"


class Elsewhere(ToyCourse):
    """The same course on such a system."""

    def environment(self) -> dict[str, str]:
        found = super().environment()
        return {**found, "PYTHONPATH": os.pathsep.join([str(ELSEWHERE), found["PYTHONPATH"]])}


@pytest.fixture
def elsewhere(toy) -> Elsewhere:
    return Elsewhere(toy.root)


@pytest.mark.parametrize("module", ["nbjudge.kernels.parent", "nbjudge.autograde.expendable"])
def test_the_parts_are_gone(elsewhere, module):
    """The control: what needs them fails here."""
    done = elsewhere.run("timeit", "-n1", "-r1", f"import {module} as m; getattr(m, 'os', 0).fork", ok=False)
    assert "there is none elsewhere" in done.stderr


def test_check_judges_a_notebook_a_file_and_ends_a_loop(elsewhere):
    elsewhere.write("nbgrader_config.py", elsewhere.config + "c.NBJudge.check_seconds = 6\n")
    notebook = elsewhere.answered(double="def double(x):\n    while True:\n        pass\n")
    elsewhere.hand_in("me", notebook)
    elsewhere.write("wrong.py", WRONG)
    done = elsewhere.run("nbjudge.cli", "check", "submitted/me/toy/toy.ipynb", "wrong.py", "--json", ok=False)
    assert done.returncode == 1, done.stderr
    found = [(one["exercise"], one["score"], one["mistake"]) for one in json.loads(done.stdout)]
    assert found[1:] == [("quadruple", 4, None), ("double", 1, "adds_two")]
    assert found[0][:2] == ("double", 0)


def test_a_worker_that_cannot_be_started_is_said_at_once(elsewhere, monkeypatch):
    monkeypatch.setenv("WORKERS_DIE", "1")
    elsewhere.write("wrong.py", WRONG)
    done = elsewhere.run("nbjudge.cli", "check", "double", "wrong.py", ok=False)
    assert done.returncode == 2
    assert "could not be started: it exited with status 3" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_line_under_an_exercise(elsewhere):
    code = f"from attnkit import check\n{WRONG}print(str(check('double', double)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=elsewhere.root, env=elsewhere.environment(), capture_output=True, text=True
    )
    assert "double: 1 of 3 points" in done.stdout, done.stderr
    assert "recognised: adds_two" in done.stdout


def test_lessons_are_started(elsewhere, tmp_path):
    course = str(Path(__file__).parents[2])
    elsewhere.run("attnkit._start", "start", str(tmp_path / "mine"), "--course", course)
    assert len(list((tmp_path / "mine").glob("*/*.ipynb"))) == 11


@pytest.mark.parametrize("command", [["nbjudge.cli", "doctor"], ["nbgrader", "autograde", "toy"]])
def test_what_needs_linux_says_so_with_the_mend(elsewhere, command):
    elsewhere.hand_in("ann", elsewhere.answered())
    done = elsewhere.run(*command, ok=False)
    assert "grading needs Linux" in done.stderr
    assert "WSL 2" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(elsewhere.root.glob("autograded/*"))
    sandboxed = elsewhere.run("nbjudge.cli", "check", "--sandbox", "double", "x.py", ok=False)
    assert "grading needs Linux" in sandboxed.stderr
