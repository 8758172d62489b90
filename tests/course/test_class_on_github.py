"""The workflow file for a class on GitHub: its last step, run as a runner would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from nbjudge import Course

ROOT = Path(__file__).resolve().parents[2]
LESSON = "05_feed_forward"
WORKFLOW = yaml.safe_load((ROOT / "docs/class-on-github.yml").read_text(encoding="utf-8"))


def step(name: str) -> dict:
    (found,) = [one for one in WORKFLOW["jobs"]["check"]["steps"] if one.get("name") == name]
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A runner's folder: the course, and a learner's repository with one right exercise and one that is not begun."""
    folder = tmp_path_factory.mktemp("workspace")
    command = [sys.executable, "-m", "nbjudge.cli", "course", "new", str(folder / "course")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    notebook = nbformat.read(ROOT / f"release/{LESSON}/{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "gelu":
            cell.source = Course(ROOT).exercise("gelu").solution
    for name in (f"pushed/{LESSON}/{LESSON}.ipynb", "pushed/.ipynb_checkpoints/old.ipynb"):
        (folder / name).parent.mkdir(parents=True)
        nbformat.write(notebook, folder / name)
    return folder


def test_the_check_says_what_to_do(workspace):
    check = step("Check")
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    runner = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(workspace / "summary.md")}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", check["run"]],
        cwd=workspace / check["working-directory"],
        env={**os.environ, **runner, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0  # an exercise is not done yet
    (command,) = re.findall(r"^::error (.*)$", done.stdout, re.MULTILINE)
    assert command.startswith(f"file=../pushed/{LESSON}/{LESSON}.ipynb,line=")
    assert "feed_forward" in command
    summary = (workspace / "summary.md").read_text(encoding="utf-8")
    assert re.search(r"\| gelu \| (\d) of \1 \|", summary)
    assert "not done yet" in summary
    assert "feed_forward" in (workspace / "checks.html").read_text(encoding="utf-8")


def test_it_may_read_and_nothing_else():
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_it_installs_what_readme_says():
    for path in re.findall(r"\./(packages/\w+)", step("Install")["run"]):
        assert (ROOT / path / "pyproject.toml").is_file()
