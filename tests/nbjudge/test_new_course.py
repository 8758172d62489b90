"""`nbjudge course new DIR`: a class gets a copy of the course, and the course stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbjudge import Course, CourseError
from nbjudge.cli import app
from nbjudge.new_course import new_course
from toy import LESSON, ToyCourse
from toy.course import CONFIG
from typer.testing import CliRunner


def new(toy: ToyCourse, target: Path) -> str:
    """Run the command; returns what it said."""
    return toy.run("nbjudge.cli", "course", "new", str(target)).stdout


def refused(toy: ToyCourse, target: Path) -> str:
    """Why there is to be no class in `target`."""
    with pytest.raises(CourseError) as error:
        new_course(Course(toy.root), target, lambda done, total: None)
    return str(error.value)


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_a_class_has_all_that_it_needs_and_the_course_stays_as_it_was(toy, tmp_path):
    toy.write("autotests.yml", "setup: ''\n")
    toy.write("tests/artifacts/double/weights.bin", b"\0")
    toy.write(f"source/{LESSON}/.ipynb_checkpoints/old.ipynb", "{}")
    before = files(toy.root)
    said = new(toy, tmp_path / "my class")
    assert f"cd '{tmp_path / 'my class'}'" in said
    assert f"nbgrader generate_assignment {LESSON}" in said
    assert files(toy.root) == before
    made = files(tmp_path / "my class")
    assert made.pop("gradebook.db") != before["gradebook.db"]
    left = {name for name in before if name.startswith("release/") or ".ipynb_checkpoints" in name} | {"gradebook.db"}
    assert made == {name: data for name, data in before.items() if name not in left}
    with Gradebook(f"sqlite:///{tmp_path / 'my class' / 'gradebook.db'}") as gradebook:
        assert not gradebook.assignments


def test_a_class_grades_on_its_own(toy, tmp_path):
    new(toy, tmp_path / "class")
    toy.root.rename(tmp_path / "away")
    one = ToyCourse(tmp_path / "class")
    one.run("nbgrader", "generate_assignment", LESSON)
    one.hand_in("ada", one.answered())
    one.autograde()
    assert one.scores("ada") == {"double": 3, "quadruple": 4}


def test_wrong_calls_exit_with_2_and_say_why(toy, tmp_path):
    assert "not empty" in toy.run("nbjudge.cli", "course", "new", str(tmp_path), ok=False).stderr
    outside = ToyCourse(tmp_path).run("nbjudge.cli", "course", "new", "class", ok=False)
    assert outside.returncode == 2
    assert "run this inside a course directory" in outside.stderr


def test_it_explains_itself():
    said = CliRunner().invoke(app, ["course", "new", "--help"]).stdout
    assert "Usage" in said
    assert "a copy of this course" in said


def test_a_directory_that_is_in_use_stays_as_it_is(toy, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    assert "not empty" in refused(toy, tmp_path / "full")
    assert "no directory" in refused(toy, tmp_path / "full/notes.txt")
    assert files(tmp_path / "full") == {"notes.txt": b"mine"}
    before = files(toy.root)
    for inside in (toy.root, toy.root / "class", toy.root / "source" / "class"):
        assert "inside the course" in refused(toy, inside)
    assert files(toy.root) == before
    (tmp_path / "empty").mkdir()
    new(toy, tmp_path / "empty")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('c.CourseDirectory.db_url = "postgresql://somebody:secret@server/grades"', "share the gradebook"),
        ('c.CourseDirectory.db_url = "sqlite:////srv/grades.db"', "share the gradebook"),
        ('c.CourseDirectory.root = "/srv/course"', "/srv/course"),
        ('c.CourseDirectory.source_directory = "../source"', "is not below"),
        ('c.NBJudge.checks = "/srv/checks"', "is not below"),
        ('c.CourseDirectory.source_directory = "elsewhere"', "lessons"),
    ],
)
def test_a_configuration_that_leads_elsewhere_is_refused_in_words_and_nothing_is_left(toy, tmp_path, line, why):
    toy.write("nbgrader_config.py", f"{CONFIG}\n{line}\n")
    said = refused(toy, tmp_path / "class")
    assert why in said
    assert "secret" not in said
    assert not (tmp_path / "class").exists()


def test_a_gradebook_within_the_class_may_have_a_name_of_its_own(toy, tmp_path):
    toy.write("nbgrader_config.py", f'{CONFIG}\nc.CourseDirectory.db_url = "sqlite:///grades/all.db"\n')
    (toy.root / "grades").mkdir()
    new(toy, tmp_path / "class")
    assert (tmp_path / "class/grades/all.db").is_file()


def test_a_course_without_the_judge_is_refused(toy, tmp_path):
    toy.write("nbgrader_config.py", "c = get_config()\n")
    assert "nbjudge.configure(c)" in refused(toy, tmp_path / "class")


def test_what_is_linked_becomes_the_class_s_own(toy, tmp_path):
    (toy.root / "tests").rename(tmp_path / "tests")
    (toy.root / "tests").symlink_to(tmp_path / "tests")
    new(toy, tmp_path / "class")
    assert not (tmp_path / "class/tests").is_symlink()
    assert list(Course(tmp_path / "class").lesson_of) == ["double", "quadruple"]
    assert Course(tmp_path / "class").exercise("double").check_file.is_file()


def test_half_a_copy_is_removed(toy, tmp_path):
    (toy.root / "tests/checks/lost.py").symlink_to("nowhere.py")
    (tmp_path / "class").mkdir()
    assert "could not be copied" in refused(toy, tmp_path / "class")
    assert not list((tmp_path / "class").iterdir())
