"""Courses laid out in other ways: by `nbgrader quickstart`, with other directories, configured from ~/.jupyter."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import nbgrader
import pytest
from any_course import AnyCourse, graded_by, solved

GUIDE = Path(nbgrader.__file__).parent / "docs/source/user_guide"
K = "def k(x):\n    return x * 3"


def test_the_course_of_quickstart_is_scored_as_by_stock_nbgrader(tmp_path):
    AnyCourse(tmp_path, config="").run("nbgrader", "quickstart", "stock")
    stock = AnyCourse(tmp_path / "stock", config="", lesson="ps1")
    shutil.copytree(GUIDE / "submitted", stock.root / "submitted")
    judged = AnyCourse(shutil.copytree(stock.root, tmp_path / "judged"), config="", lesson="ps1")
    config = (stock.root / "nbgrader_config.py").read_text()
    judged.write("nbgrader_config.py", f"{config}\nimport nbjudge\n\nnbjudge.configure(c)\n")
    for course in (stock, judged):
        course.nbgrader("generate_assignment")
        course.nbgrader("autograde")
    assert judged.rows() == stock.rows()
    assert {key[0] for key in judged.rows()} == {"bitdiddle", "hacker"}
    assert judged.scored("hacker", "problem1", "correct_squares") == 1
    judged.nbgrader("generate_feedback")
    assert "squares" in judged.read("hacker", "problem1", "feedback", "html")


HUB = """
import nbjudge

c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.source_directory = "masters"
c.CourseDirectory.submitted_directory = "from_learners"
c.CourseDirectory.autograded_directory = "marked"
c.CourseDirectory.directory_structure = "{{nbgrader_step}}/{{assignment_id}}/{{student_id}}"
nbjudge.configure(c)
"""


@pytest.fixture
def hub(tmp_path: Path) -> tuple[AnyCourse, AnyCourse]:
    """A course whose configuration is in ~/.jupyter, and another directory, in which commands are run."""
    course = AnyCourse(tmp_path / "course", config="")
    course.write("home/.jupyter/nbgrader_config.py", HUB.format(root=str(course.root)))
    (course.root / "home").rename(tmp_path / "home")
    (tmp_path / "desk").mkdir()
    desk = AnyCourse(tmp_path / "desk", config="", home=tmp_path / "home")
    cells = solved("def k(x):", "return x * 3", "k"), graded_by("assert k(2) == 6", "test_k", 2)
    course.notebook("alpha", *cells)
    (course.root / "masters").mkdir()
    (course.root / "source/week1").rename(course.root / "masters/week1")
    return course, desk


def test_a_configuration_in_the_home_with_a_root_and_other_directories_is_honoured(hub):
    course, desk = hub
    desk.nbgrader("generate_assignment")
    released = nbformat.read(course.root / "release/week1/alpha.ipynb", as_version=4)
    for one in released.cells:
        if one.metadata.nbgrader.grade_id == "k":
            one.source = K
    course.write("from_learners/week1/ada/alpha.ipynb", nbformat.writes(released))
    course.write("from_learners/week1/bob/alpha.ipynb", with_sources_as_text(nbformat.writes(released)))
    desk.nbgrader("autograde")
    assert course.scored("bob", "alpha", "test_k") == 2
    assert course.scored("ada", "alpha", "test_k") == 2
    assert (course.root / "marked/week1/ada/alpha.ipynb").is_file()
    desk.nbgrader("generate_feedback")
    assert (course.root / "feedback/week1/ada/alpha.html").is_file()
    assert list(desk.root.iterdir()) == []


def with_sources_as_text(notebook: str) -> str:
    """The format allows a cell's source as one text, too; most programs write a list of lines."""
    found = json.loads(notebook)
    for cell in found["cells"]:
        cell["source"] = "".join(cell["source"])
    return json.dumps(found)
