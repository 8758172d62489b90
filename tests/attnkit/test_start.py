"""`attnkit start`: lessons in a folder of one's own, and corrections that touch no answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

NAME = "01_first"


def cell(source: str, grade_id: str = "", kind: str = "code", **about: bool) -> dict:
    metadata = {"nbgrader": {"grade_id": grade_id, "solution": False, "grade": False, **about}} if grade_id else {}
    made = {"cell_type": kind, "id": f"cell-{abs(hash(source)) % 1000}", "metadata": metadata, "source": source}
    return {**made, "outputs": [], "execution_count": None} if kind == "code" else made


GIVEN = [
    cell("# A title with a misteak", kind="markdown"),
    cell("import math", "setup", locked=True),
    cell("raise NotImplementedError", "double", solution=True),
    cell("assert double(1) == 2", "test_double", grade=True, locked=True),
    cell("raise NotImplementedError", "triple", solution=True),
]


def write(path: Path, cells: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    numbered = [{**one, "id": f"cell-{number}"} for number, one in enumerate(cells)]
    path.write_text(json.dumps({"cells": numbered, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


@pytest.fixture
def course(tmp_path) -> Path:
    write(tmp_path / "course/release" / NAME / f"{NAME}.ipynb", GIVEN)
    (tmp_path / "course/release" / NAME / "data.txt").write_text("data")
    return tmp_path / "course"


def release(course: Path, cells: list[dict]) -> None:
    write(course / "release" / NAME / f"{NAME}.ipynb", cells)


def start(course: Path, directory: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "attnkit._start", "start", str(directory), *more]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def mine(course, tmp_path) -> Path:
    """A learner's notebook, in a folder that was started."""
    done = start(course, tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    assert "jupyter lab" in done.stdout
    return tmp_path / "mine" / NAME / f"{NAME}.ipynb"


def sources(notebook: Path) -> list[str]:
    return [one["source"] for one in json.loads(notebook.read_text())["cells"]]


def test_the_lessons_are_there(course, mine):
    assert sources(mine) == [one["source"] for one in GIVEN]
    assert mine.with_name("data.txt").read_text() == "data"
    assert json.loads((mine.parents[1] / "progress.json").read_text())["course"] == str(course)


def test_without_a_correction_nothing_changes(course, mine):
    write(mine, [*GIVEN[:2], cell("double = lambda x: 2 * x", "double", solution=True), *GIVEN[3:]])
    before = mine.read_bytes(), mine.stat().st_mtime_ns
    assert start(course, mine.parents[1]).returncode == 0
    assert (mine.read_bytes(), mine.stat().st_mtime_ns) == before


def test_a_correction_comes_and_what_was_written_stays(course, mine):
    answer = {**cell("double = lambda x: 2 * x", "double", solution=True), "execution_count": 7}
    own = [cell("my own trial"), cell("my own note", kind="markdown")]
    write(mine, [GIVEN[0], {**GIVEN[1], "source": "import math, sys"}, answer, *own, *GIVEN[3:], cell("at the end")])
    as_it_was = mine.read_bytes()
    new = [
        cell("# A title without a mistake", kind="markdown"),
        GIVEN[1],
        GIVEN[2],
        cell("new and explained", kind="markdown"),
        cell("assert double(1) == 2 and double(2) == 4", "test_double", grade=True, locked=True),
        cell("raise NotImplementedError  # a better stub", "triple", solution=True),
    ]
    release(course, new)
    done = start(course, mine.parents[1])
    assert "brought up to date, with your work in it" in done.stdout
    assert sources(mine) == [
        "# A title without a mistake",
        "import math, sys",
        "double = lambda x: 2 * x",
        "my own trial",
        "my own note",
        "new and explained",
        "assert double(1) == 2 and double(2) == 4",
        "raise NotImplementedError  # a better stub",
        "at the end",
    ]
    cells = json.loads(mine.read_text())["cells"]
    assert cells[2]["execution_count"] == 7
    assert len({one["id"] for one in cells}) == len(cells)
    assert mine.with_name(f"{NAME}.before.ipynb").read_bytes() == as_it_was
    assert start(course, mine.parents[1]).stdout.count("brought") == 0


def test_an_answer_stays_when_its_own_cell_was_corrected(course, mine):
    write(mine, [*GIVEN[:2], cell("double = lambda x: 2 * x", "double", solution=True), *GIVEN[3:]])
    release(course, [*GIVEN[:2], cell('"""More words."""', "double", solution=True), *GIVEN[3:]])
    start(course, mine.parents[1])
    assert "double = lambda x: 2 * x" in sources(mine)


def test_points_stay(course, mine):
    progress = mine.parents[1] / "progress.json"
    progress.write_text(json.dumps({"course": "elsewhere", "points": {"double": [1, 2]}}))
    start(course, mine.parents[1])
    assert json.loads(progress.read_text()) == {"course": str(course), "points": {"double": [1, 2]}}


def test_a_broken_notebook_and_a_changed_file_are_left_as_they_are(course, mine):
    mine.write_text("{ no notebook")
    mine.with_name("data.txt").write_text("my data")
    release(course, [*GIVEN, cell("more")])
    (course / "release" / NAME / "data.txt").write_text("better data")
    done = start(course, mine.parents[1])
    assert done.returncode == 1
    assert f"{NAME}.ipynb: cannot be read as a notebook" in done.stdout
    assert "data.txt: you have changed it" in done.stdout
    assert mine.read_text() == "{ no notebook"
    assert mine.with_name("data.txt").read_text() == "my data"


@pytest.mark.parametrize(
    ("directory", "words"), [("course", "name a folder of your own"), ("course/release/x", "name a folder of your own")]
)
def test_the_course_itself_is_no_place(course, tmp_path, directory, words):
    done = start(course, tmp_path / directory)
    assert done.returncode == 2
    assert words in done.stderr


def test_outside_the_course_it_says_how_to_name_it(course, tmp_path):
    done = start(tmp_path, tmp_path / "mine")
    assert done.returncode == 2
    assert "--course" in done.stderr
    assert start(tmp_path, tmp_path / "mine", "--course", str(course)).returncode == 0
    (tmp_path / "file").write_text("")
    assert "is a file" in start(course, tmp_path / "file").stderr
