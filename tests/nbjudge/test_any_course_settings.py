"""What an instructor has set for nbgrader is extended, honoured, or refused in a sentence: never passed over in silence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from any_course import AnyCourse, graded_by, solved, words

BEGIN = "import nbjudge\n\nc = get_config()\n"
CONFIGURE = "nbjudge.configure(c)\n"
K = "def k(x):\n    return x * 3"
CELLS = solved("def k(x):", "return x * 3", "k"), graded_by("assert k(2) == 6", "test_k", 2)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assignment of two notebooks, beside a page that goes to learners, too."""
    course = AnyCourse(tmp_path_factory.mktemp("released"))
    for name in ("alpha", "beta"):
        course.notebook(name, *CELLS)
    course.write("source/week1/README.md", "Read me.")
    course.nbgrader("generate_assignment")
    return course.root


@pytest.fixture
def course(tmp_path: Path, released: Path) -> AnyCourse:
    course = AnyCourse(shutil.copytree(released, tmp_path / "course"))
    for name in ("alpha", "beta"):
        course.answer("ann", name, k=K)
    return course


def configured(course: AnyCourse, before: str = "", after: str = "") -> None:
    course.write("nbgrader_config.py", f"{BEGIN}{before}\n{CONFIGURE}{after}\n")


def refused(course: AnyCourse, *words: str) -> None:
    said = course.nbgrader("autograde", ok=False)
    assert "Nothing was graded" in said
    assert not (course.root / "autograded").exists()
    for word in words:
        assert said.count(word) == 1


def test_a_page_beside_the_notebooks_is_released(course):
    assert (course.root / "release/week1/README.md").read_text() == "Read me."


MINE = """
from nbgrader.preprocessors import NbGraderPreprocessor

class Mine(NbGraderPreprocessor):
    def preprocess(self, nb, resources):
        print("mine was asked", flush=True)
        return nb, resources

def louder(text):
    return text.upper()
"""
BEFORE = """
import os

def told(when):
    return lambda assignment, student, notebooks: print(when, all(map(os.path.isfile, notebooks)), flush=True)

c.Autograde.pre_convert_hook, c.Autograde.post_convert_hook = told("before"), told("after")
c.Autograde.autograde_preprocessors.append("mine.Mine")
c.GenerateFeedback.preprocessors.append("mine.Mine")
c.HTMLExporter.filters.update({"louder": "mine.louder"})
c.CourseDirectory.ignore.append("*.big")
"""


def test_what_was_set_before_is_extended(course):
    course.write("mine.py", MINE)
    course.write("submitted/ann/week1/data.big", "x")
    configured(course, BEFORE)
    said = course.nbgrader("autograde")
    assert said.count("mine was asked") == 2
    assert "before True" in said
    assert "after True" in said
    assert course.scored("ann", "alpha", "test_k") == 2
    assert not (course.root / "autograded/ann/week1/data.big").exists()
    assert "mine was asked" in course.nbgrader("generate_feedback")


FILTERS = "c.HTMLExporter.filters = {}"
RUNS = "nbconvert.preprocessors.ExecutePreprocessor"
NO_ROOM = "c.GenerateAssignment.exporter_class is set"


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        (
            f"c.Autograde.autograde_preprocessors.append({RUNS!r})",
            "",
            "holds ExecutePreprocessor, which knows no walls",
        ),
        ("", FILTERS, "lacks markdown2html"),
        ("", "c.GenerateFeedback.preprocessors = []", "InertOutputs is missing"),
        ("", "c.JudgedExecute.enabled = False", "JudgedExecute is switched off"),
        ("", "c.GenerateAssignment.exporter_class = 'nbconvert.exporters.NotebookExporter'", NO_ROOM),
        ("", "c.ExecutePreprocessor.allow_errors = False", "a cell that fails never ends the notebook"),
        ("", "c.Execute.interrupt_on_timeout = False", "is always interrupted"),
        ("", "c.Execute.kernel_name = 'ir'", "a Python kernel of the judge's own"),
        ("", "c.Execute.error_on_timeout = {'ename': 'Late'}", "says itself which cell did not end in time"),
        ("", "c.Execute.timeout = 'long'", "expected an int"),
    ],
)
def test_what_stands_in_the_way_is_refused_in_a_sentence(course, before, after, word):
    configured(course, before, after)
    refused(course, word)


@pytest.mark.parametrize("section", ["Execute", "ExecutePreprocessor"])
def test_the_time_for_a_cell_is_honoured_and_what_is_not_used_is_said(course, section):
    slow = "import time\ndef k(x):\n    time.sleep(60)\n    return 6"
    course.answer("ann", "beta", k=slow)
    configured(course, f"c.{section}.timeout = 2\nc.{section}.iopub_timeout = 9\nc.{section}.kernel_name = 'python3'")
    said = course.nbgrader("autograde")
    assert "did not end within 2 seconds" in course.read("ann", "beta")
    assert "iopub_timeout is set, and passed over" in said
    assert [course.scored("ann", name, "test_k") for name in ("alpha", "beta")] == [2, 0]


def test_a_configuration_in_the_home_that_fails_ends_the_command(course, tmp_path):
    (course.root / "nbgrader_config.py").unlink()
    home = tmp_path / "home"
    (home / ".jupyter").mkdir(parents=True)
    (home / ".jupyter/nbgrader_config.py").write_text(f"{BEGIN}c.CourseDirectory.course_id = no_such_name\n{CONFIGURE}")
    refused(AnyCourse(course.root, config="", home=home), ".jupyter/nbgrader_config.py could not be loaded")


def test_a_notebook_in_another_language_is_refused(tmp_path):
    course = AnyCourse(tmp_path)
    course.notebook("alpha", *CELLS, metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}})
    assert "alpha is written in R" in course.nbgrader("generate_assignment")
    course.answer("ann", "alpha")
    refused(course, "alpha.ipynb of week1 is written in R")


@pytest.mark.parametrize("where", ["option", "file"])
def test_scores_go_into_the_gradebook_that_is_named_and_nowhere_else(course, where):
    (course.root / "gradebook.db").rename(course.root / "other.db")
    url = f"sqlite:///{course.root / 'other.db'}"
    configured(course, f"c.CourseDirectory.db_url = {url!r}" if where == "file" else "")
    options = ("--db", url) if where == "option" else ()
    course.nbgrader("autograde", *options)
    course.nbgrader("generate_feedback", *options)
    assert not (course.root / "gradebook.db").exists()
    (course.root / "other.db").rename(course.root / "gradebook.db")
    assert course.scored("ann", "alpha", "test_k") == 2


def test_a_missing_notebook_is_treated_alike_wherever_it_stands_and_the_others_are_left_alone(course):
    for student, name in (("bob", "beta"), ("cid", "alpha")):
        course.answer(student, name, k=K)
    course.nbgrader("autograde")
    rows = course.rows()
    for student, there, missing in (("bob", "beta", "alpha"), ("cid", "alpha", "beta")):
        assert rows[student, there, "test_k"]["auto_score"] == 2
        assert rows[student, missing, "test_k"]["auto_score"] is None
        assert rows[student, missing, "test_k"]["needs_manual_grade"]
        assert f"holds no file {missing}.ipynb" in course.notes()[student, missing, "k"]
    course.answer("ann", "alpha", k="def k(x):\n    return 1")
    (course.root / "submitted/ann/week1/beta.ipynb").unlink()
    course.nbgrader("autograde", "--notebook", "alpha", "--force", "--student", "ann")
    assert course.scored("ann", "alpha", "test_k") == 0
    assert course.rows()["ann", "beta", "test_k"] == rows["ann", "beta", "test_k"]


def test_two_graders_at_once_end_well(course):
    for number in range(4):
        for name in ("alpha", "beta"):
            course.answer(f"student{number}", name, k=K)
    command = course.command("nbgrader", "autograde", "week1")
    graders = [
        subprocess.Popen(command, cwd=course.root, env=course.environment(), stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [grader.communicate()[1] for grader in graders]
    assert [grader.returncode for grader in graders] == [0, 0], said
    scores = {key: row["auto_score"] for key, row in course.rows().items() if len(key) == 3}
    assert len(scores) == 10
    assert set(scores.values()) == {2.0}


LOOK = """
import os
from pathlib import Path

import psutil


def look(**_):
    maps = [Path(f"/proc/{one.pid}/maps") for one in psutil.Process(os.getpid()).children(recursive=True)]
    with open("torch", "a") as file:
        file.write(f"{sum('libtorch' in one.read_text() for one in maps if one.exists())} of {len(maps)}\\n")


c.Autograde.post_convert_hook = look
"""


def test_plain_tests_are_graded_without_torch_whatever_the_lesson_speaks_of(tmp_path):
    course = AnyCourse(tmp_path)
    configured(course, after=LOOK)
    course.notebook("alpha", words("Of a gradient, and its backward pass.", "text", locked=True), *CELLS)
    course.nbgrader("generate_assignment")
    for student in ("ann", "bob"):
        course.answer(student, "alpha", k=K)
    course.nbgrader("autograde")
    seen = (course.root / "torch").read_text().splitlines()
    assert len(seen) == 2
    assert all(one.startswith("0 of ") and not one.endswith(" of 0") for one in seen)
