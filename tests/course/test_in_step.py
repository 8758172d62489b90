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
---

# A lesson

### Exercise: `double`{said}

Say it.
{cells}"""
GRADED = """
```{{code-cell}} ipython3
---
nbgrader:
  grade: true
  grade_id: {name}
  points: {points}
---
assert double(1) == 2
```
"""


def made(folder: Path, *cells: str, said: str = "") -> str:
    """The notebook of a lesson with one heading."""
    text = folder / "lesson.md"
    text.write_text(LESSON.format(said=said, cells="".join(cells)))
    return make_notebooks.notebook_text(text)


@pytest.mark.parametrize(("points", "words"), [(1, "1 point"), (4, "4 points")])
def test_a_heading_names_the_points_of_its_grading_cell(tmp_path, points, words):
    assert f"### Exercise: `double` ({words})" in made(tmp_path, GRADED.format(name="test_double", points=points))


def test_points_have_one_place(tmp_path):
    graded = GRADED.format(name="test_double", points=4)
    with pytest.raises(ValueError, match="belong into the metadata of its grading cell, and only there"):
        made(tmp_path, graded, said=" (4 points)")
    with pytest.raises(ValueError, match="no grading cell below `### Exercise: `double``"):
        made(tmp_path)
    with pytest.raises(ValueError, match="no heading `### Exercise: …` above the grading cell test_triple"):
        made(tmp_path, graded, GRADED.format(name="test_triple", points=2))


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


def learner_files() -> list[Path]:
    release = list((ROOT / "release").rglob("*.ipynb"))
    package = list((ROOT / "packages/attnkit/src").rglob("*.py"))
    assert release
    assert package
    return release + package


def test_no_solution_and_no_hidden_check_is_where_learners_read():
    for path in learner_files():
        text = path.read_text(encoding="utf-8")
        for hidden in ("BEGIN SOLUTION", "HIDDEN TESTS", "judge("):
            assert hidden not in text, f"{path} holds {hidden}"
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
