"""Whatever fails around the judge: strangers' code runs within the walls, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from toy import LESSON, ToyCourse

OURS = Path(__file__).resolve().parents[2] / "nbgrader_config.py"


@pytest.fixture
def stranger(toy: ToyCourse, tmp_path: Path) -> Path:
    """A file that appears where the only submission's code runs without walls."""
    mark = tmp_path / "ran_without_walls"
    notebook = toy.answered()
    notebook.cells.append(new_code_cell(f"open({str(mark)!r}, 'w').write('x')"))
    toy.hand_in("stranger", notebook)
    return mark


def fails(toy: ToyCourse, stranger: Path, *words: str) -> None:
    done = toy.run("nbgrader", "autograde", LESSON, ok=False)
    assert not stranger.exists()
    assert not (toy.root / "autograded").exists()
    for word in words:
        assert word in done.stderr


def test_within_the_walls_the_mark_is_not_made(toy, stranger):
    toy.autograde()
    assert not stranger.exists()
    assert toy.scores("stranger") == {"double": 3.0, "quadruple": 4.0}


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_configuration_that_raises_ends_the_command(toy, stranger, where):
    config = (toy.root / "nbgrader_config.py").read_text()
    line = "open('/no/such/file/of/a/colleague')\n"
    toy.write("nbgrader_config.py", line + config if where == "before" else config + line)
    fails(toy, stranger, "nbgrader_config.py could not be loaded", "Nothing was graded")


def test_a_directory_in_the_place_of_the_configuration_ends_the_command(toy, stranger):
    path = toy.root / "nbgrader_config.py"
    path.unlink()
    path.mkdir()
    fails(toy, stranger, "nbgrader_config.py could not be loaded")


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.Execute']", "JudgedExecute is missing"),
        ("c.Autograde.autograde_preprocessors.append('nbgrader.preprocessors.Execute')", "knows no walls"),
        ("c.Autograde.sanitize_preprocessors = []", "RebuildNotebook is missing"),
    ],
)
def test_preprocessors_that_would_go_round_the_judge_are_refused(toy, stranger, line, word):
    config = (toy.root / "nbgrader_config.py").read_text()
    toy.write("nbgrader_config.py", config + line)
    fails(toy, stranger, word, "Nothing was graded")


def test_another_exporter_set_before_is_refused_in_words(toy, stranger):
    config = (toy.root / "nbgrader_config.py").read_text()
    line = "c.Autograde.exporter_class = 'nbconvert.exporters.NotebookExporter'\nnbjudge.configure(c)"
    toy.write("nbgrader_config.py", config.replace("nbjudge.configure(c)", line))
    fails(toy, stranger, "c.Autograde.exporter_class is set")


def test_without_nbjudge_nothing_is_graded_by_the_course_of_this_repository(toy, stranger):
    toy.write("nbgrader_config.py", OURS.read_text())
    toy.write("nbjudge/__init__.py", "raise ImportError('as where it is not installed')")
    fails(toy, stranger, "nothing was graded: nbjudge is missing here", "make setup")
    done = toy.run("nbgrader", "list", ok=None)  # as learners do, who have no judge
    assert "Traceback" not in done.stderr


def test_reading_the_configuration_touches_nothing(toy):
    unfinished = toy.root / "autograded/somebody/toy"
    unfinished.mkdir(parents=True)
    before = sorted(path for path in toy.root.rglob("*") if "__pycache__" not in path.parts)
    toy.run("nbgrader", "list", ok=None)
    toy.run("nbjudge.cli", "check", "double", "nowhere.py", ok=None)
    assert sorted(path for path in toy.root.rglob("*") if "__pycache__" not in path.parts) == before


def test_a_course_without_the_judge_is_graded_as_ever(toy):
    (toy.root / "nbgrader_config.py").unlink()
    toy.hand_in("ann", toy.answered())
    toy.autograde()
    assert toy.graded("ann").cells
