"""What is made from something is in step with it, and nothing hidden is where learners can read."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbjudge import Course

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_map  # noqa: E402
import make_notebooks  # noqa: E402
import make_release  # noqa: E402

LESSONS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_notebook_is_in_step_with_its_text(lesson):
    text = ROOT / "source" / lesson / f"{lesson}.md"
    assert text.with_suffix(".ipynb").read_text() == make_notebooks.notebook_text(text), "run `make notebooks`"


LESSON = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
{front}---

# A lesson

{where}

### Exercise: `double`{said}

Say it.
{cells}"""
FRONT = """lesson:
  builds_on: {builds_on}
  reading_minutes: {reading}
"""
WHERE = "**Where.** Everywhere."
GRADED = """
```{{code-cell}} ipython3
---
exercise: {exercise}
nbgrader:
  grade: true
  grade_id: {name}
  points: {points}
---
assert double(1) == 2
```
"""


def front(reading: object = 5, builds_on: str = "[]") -> str:
    return FRONT.format(reading=reading, builds_on=builds_on)


def graded(name: str = "test_double", points: int = 4, exercise: str = "{difficulty: 2, minutes: 15}") -> str:
    return GRADED.format(name=name, points=points, exercise=exercise)


def made(folder: Path, *cells: str, said: str = "", where: str = WHERE, first: str | None = None) -> str:
    """The notebook of a lesson with one heading."""
    text = folder / "lesson" / "lesson.md"
    text.parent.mkdir(exist_ok=True)
    opening = front() if first is None else first
    text.write_text(LESSON.format(front=opening, where=where, said=said, cells="".join(cells)))
    return make_notebooks.notebook_text(text)


@pytest.mark.parametrize(
    ("points", "exercise", "words"),
    [
        (1, "{difficulty: 5, minutes: 1}", "1 point, difficulty 5 of 5, about 1 minute"),
        (4, "{difficulty: 2, minutes: 15}", "4 points, difficulty 2 of 5, about 15 minutes"),
    ],
)
def test_a_heading_says_what_its_grading_cell_says(tmp_path, points, exercise, words):
    assert f"### Exercise: `double` ({words})" in made(tmp_path, graded(points=points, exercise=exercise))


@pytest.mark.parametrize(
    ("said", "name"),
    [(" (4 points)", "points"), (" (difficulty 2 of 5)", "difficulty"), (" (15 minutes)", "minutes")],
)
def test_what_a_heading_says_has_one_place(tmp_path, said, name):
    with pytest.raises(ValueError, match=f"the {name} in .* belong into the metadata of its grading cell, and only"):
        made(tmp_path, graded(), said=said)


def test_a_heading_and_a_grading_cell_belong_together(tmp_path):
    with pytest.raises(ValueError, match="no grading cell below `### Exercise: `double``"):
        made(tmp_path)
    with pytest.raises(ValueError, match="no heading `### Exercise: …` above the grading cell test_triple"):
        made(tmp_path, graded(), graded("test_triple"))


@pytest.mark.parametrize(
    ("exercise", "words"),
    [
        ("", "must say `exercise:` with a `difficulty:` and `minutes:`"),
        ("{difficulty: 2}", "must say `exercise:` with a `difficulty:` and `minutes:`"),
        ("{minutes: 15}", "must say `exercise:` with a `difficulty:` and `minutes:`"),
        ("{difficulty: 2, minutes: 15, points: 4}", "and nothing else"),
        ("{difficulty: 0, minutes: 15}", "the difficulty is a whole number from 1 to 5, not 0"),
        ("{difficulty: 6, minutes: 15}", "the difficulty is a whole number from 1 to 5, not 6"),
        ("{difficulty: easy, minutes: 15}", "the difficulty is a whole number from 1 to 5, not 'easy'"),
        ("{difficulty: 2, minutes: 0}", "the minutes are a whole number above 0, not 0"),
        ("{difficulty: 2, minutes: 1.5}", r"the minutes are a whole number above 0, not 1\.5"),
    ],
)
def test_difficulty_and_minutes_are_said_and_make_sense(tmp_path, exercise, words):
    with pytest.raises(ValueError, match=f"test_double.*{words}"):
        made(tmp_path, graded(exercise=exercise))


def test_a_lesson_says_where_you_are(tmp_path):
    for name in ("earlier", "before"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text(f"# 1. The {name} one\n")
    exercises = (graded(), "\n### Exercise: `triple`\n", graded("test_triple"))
    notebook = nbformat.reads(made(tmp_path, *exercises, first=front(5, "[earlier, before]")), 4)
    line = (
        "**You are here.** This lesson takes about 35 minutes: 5 to read and to look, 30 for the exercises. "
        "It builds on [1. The earlier one](../earlier/earlier.ipynb) and [1. The before one](../before/before.ipynb)."
    )
    assert f"{WHERE}\n\n{line}\n" in notebook.cells[0].source
    assert "lesson" not in notebook.metadata
    assert "It builds on nothing but Python and a little PyTorch." in made(tmp_path, graded())


@pytest.mark.parametrize(
    ("opening", "where", "words"),
    [
        ("", WHERE, "front matter of lesson.md must say `lesson:` with `reading_minutes:` and `builds_on:`"),
        ("lesson: {reading_minutes: 5}\n", WHERE, "must say `lesson:` with `reading_minutes:` and `builds_on:`"),
        ("lesson: {reading_minutes: 5, builds_on: [], minutes: 20}\n", WHERE, "`builds_on:`, no more"),
        (front(0), WHERE, "`reading_minutes` is a whole number above 0, not 0"),
        (front("long"), WHERE, "`reading_minutes` is a whole number above 0, not 'long'"),
        (front(5, "[nowhere]"), WHERE, "builds on nowhere, and there is no lesson with a title in nowhere.md"),
        (front(), "Everywhere.", "must have one paragraph that begins with"),
        (front(), f"{WHERE}\n\n{WHERE}", "must have one paragraph that begins with"),
    ],
)
def test_where_you_are_has_one_place(tmp_path, opening, where, words):
    with pytest.raises(ValueError, match=words):
        made(tmp_path, graded(), first=opening, where=where)


def test_no_module_of_checks_says_again_what_an_exercise_is_worth():
    for path in (ROOT / "tests/checks").glob("test_*.py"):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        assert not re.search(r"\d points?\b", said), (
            f"{path.name}: the points stand in the metadata of the grading cell"
        )


def test_the_release_is_in_step_with_the_source(tmp_path):
    make_release.release(LESSONS, tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    there = {p.relative_to(ROOT / "release"): p.read_bytes() for p in (ROOT / "release").rglob("*") if p.is_file()}
    there = {path: data for path, data in there.items() if ".ipynb_checkpoints" not in path.parts}
    assert made.keys() == there.keys(), "run `make release`"
    for path, data in made.items():
        assert there[path] == data, f"{path}: run `make release`"


def test_the_map_in_readme_is_that_of_attnkit():
    assert make_map.PLACE.read_bytes() == make_map.map_of_the_course(), "run `make release`"


def learner_files() -> list[Path]:
    release = list((ROOT / "release").rglob("*.ipynb"))
    package = list((ROOT / "packages/attnkit/src").rglob("*.py"))
    assert release
    assert package
    return release + package


def test_no_solution_and_no_hidden_check_is_where_learners_read():
    for path in learner_files():
        text = path.read_text(encoding="utf-8")
        for hidden in ("BEGIN SOLUTION", "HIDDEN TESTS", r"\bjudge\(\\?[\"']"):  # a call that names an exercise
            assert not re.search(hidden, text), f"{path} holds {hidden}"
        assert "nbjudge" not in text, f"{path} speaks of the grader"


def code_lines(source: str) -> set[str]:
    """The statements of a solution that say something, spelled alike whatever their layout."""
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import)):
            text = ast.unparse(node)
            # What a module is made of is said by the curriculum: the names of its attributes are no secret.
            if len(text) > 30 and "\n" not in text and not re.match(r"super\(\)|raise |self\.\w+ = |from |\"|'", text):
                lines.add(text)
    return lines


@pytest.mark.parametrize("exercise", list(Course(ROOT).lesson_of))
def test_no_line_of_a_solution_stands_in_a_release_or_in_attnkit(exercise):
    found = Course(ROOT).exercise(exercise)
    secret = code_lines(found.solution) - code_lines(found.stub)
    for path in learner_files():
        if path.suffix == ".py":
            assert not secret & code_lines(path.read_text(encoding="utf-8")), path
        elif path.stem == found.lesson:
            notebook = nbformat.read(path, as_version=4)
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
                    assert not secret & code_lines(cell.source), path
