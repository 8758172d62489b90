"""A learner's way through the lessons: hints that fold and give nothing away, answers, links that lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbjudge import Course

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.name for path in (ROOT / "source").iterdir() if path.is_dir())
OPTIONAL = {"fit": "11_transformer"}  # exercises without points, by the grade_id of their cell
LESSON_OF = Course(ROOT).lesson_of | OPTIONAL
EXERCISES = list(LESSON_OF)
SUMMARIES = ["Hint 1: what to think about", "Hint 2: which operation", "Hint 3: the line's shape"]
FOLDED = re.compile(r"<details><summary>([^<\n]+)</summary>\n\n(.+?)\n\n</details>", re.DOTALL)


def source_cells(lesson: str) -> list[nbformat.NotebookNode]:
    return jupytext.read(ROOT / "source" / lesson / f"{lesson}.md", fmt="md:myst").cells


def released_cells(lesson: str) -> list[nbformat.NotebookNode]:
    return nbformat.read(ROOT / "release" / lesson / f"{lesson}.ipynb", as_version=4).cells


def text(lesson: str) -> str:
    return "\n\n".join(cell.source for cell in released_cells(lesson) if cell.cell_type == "markdown")


def grade_id(cell: nbformat.NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def place_of(exercise: str, cells: list[nbformat.NotebookNode]) -> int:
    return next(number for number, cell in enumerate(cells) if grade_id(cell) == exercise)


def hints(exercise: str) -> dict[str, str]:
    """The hints in the cell right above an exercise's cell in what learners get, by their summaries, in order."""
    cells = released_cells(LESSON_OF[exercise])
    place = place_of(exercise, cells)
    assert cells[place - 1].cell_type == "markdown"
    return dict(FOLDED.findall(cells[place - 1].source))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_three_hints_stand_right_above_the_cell_to_fill_in(exercise):
    found = hints(exercise)
    assert list(found) == SUMMARIES
    assert all(len(hint.split()) >= 5 for hint in found.values())


def test_one_lesson_trains_and_only_there_kernels_begin_with_what_an_optimiser_imports():
    assert [lesson for lesson in LESSONS if Course(ROOT).trains(lesson)] == ["11_transformer"]


def test_every_lesson_names_gradients():
    assert all(Course(ROOT).differentiates(lesson) for lesson in LESSONS)


def test_each_exercise_has_hints_of_its_own():
    said = [hint for exercise in EXERCISES for hint in hints(exercise).values()]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_folds_is_closed_and_leaves_room_for_markdown(lesson):
    """Without the blank lines, what is inside would be shown as plain text, in JupyterLab as on GitHub."""
    whole = text(lesson)
    assert len(FOLDED.findall(whole)) == whole.count("<details") == whole.count("</details>")
    assert whole.count("<summary>") == whole.count("</summary>") == whole.count("<details")


def _spelled(code: str) -> str:
    return re.sub(r"\s+", "", code).replace('"', "'")


def pieces_of_solution(solution: str, stub: str) -> set[str]:
    """The statements of a solution, and what they assign or return, without blanks; nothing that the stub has, too."""

    def pieces(code: str) -> set[str]:
        found = set()
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)):
                found |= {ast.unparse(node)} | ({ast.unparse(node.value)} if node.value is not None else set())
        return {_spelled(piece) for piece in found if "\n" not in piece and len(_spelled(piece)) >= 20}

    return pieces(solution) - pieces(stub)


def test_a_piece_of_a_solution_is_found_however_it_is_spelled():
    solution = (
        'def f(x):\n    y = x.mean(dim=-1, keepdim=True)\n    """Said."""\n    return y[..., "a very long name"]\n'
    )
    found = pieces_of_solution(solution, "def f(x):\n    raise NotImplementedError\n")
    assert {"x.mean(dim=-1,keepdim=True)", "returny[...,'averylongname']"} <= found
    assert not pieces_of_solution(solution, solution)


def solution_and_stub(exercise: str) -> tuple[str, str]:
    if exercise not in OPTIONAL:
        found = Course(ROOT).exercise(exercise)
        return found.solution, found.stub
    lesson = OPTIONAL[exercise]
    cells = source_cells(lesson), released_cells(lesson)
    solution, stub = (one[place_of(exercise, one)].source for one in cells)
    return solution, stub


@pytest.mark.parametrize("exercise", EXERCISES)
def test_no_hint_holds_a_line_that_could_be_pasted(exercise):
    secret = pieces_of_solution(*solution_and_stub(exercise))
    for summary, hint in hints(exercise).items():
        given = [piece for piece in secret if piece in _spelled(hint)]
        assert not given, f"{summary} gives away {given}"
        for code in re.findall(r"`([^`]+)`", hint):
            if re.match(r"(return |\w+ = )", code):
                assert "…" in code, f"{summary}: `{code}` could be pasted"


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_there_is_to_think_about_has_an_answer_below_it(lesson):
    last = released_cells(lesson)[-1].source
    question, _, answer = last.partition("## To think about")[2].partition("<details>")
    assert "?" in question
    assert [name for name, _ in FOLDED.findall(f"<details>{answer}")] == ["Answer"]
    assert answer.rstrip().endswith("</details>"), "the answer is the last word of a lesson"


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_prediction_is_asked_for_right_above_something_to_look_at(lesson):
    cells = released_cells(lesson)
    asked = [number for number, cell in enumerate(cells) if "**Predict first.**" in cell.source]
    assert len(asked) >= 2
    for number in asked:
        assert "?" in cells[number].source.partition("**Predict first.**")[2]
        assert cells[number].source.count("**Predict first.**") == 1
        assert cells[number + 1].cell_type == "code"
        assert not cells[number + 1].metadata.get("nbgrader", {}).get("solution")


@pytest.mark.parametrize("lesson", LESSONS)
def test_links_to_other_lessons_lead_to_them(lesson):
    folder = ROOT / "release" / lesson
    links = re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", text(lesson))
    assert all((folder / link).exists() for link in links), links
    assert text(lesson).count("**You are here.**") == 1


@pytest.mark.parametrize("lesson", LESSONS)
def test_difficulty_and_minutes_reach_what_learners_get(lesson):
    said = [
        {grade_id(c): c.metadata.get("exercise") for c in cells if c.metadata.get("nbgrader", {}).get("grade")}
        for cells in (source_cells(lesson), released_cells(lesson))
    ]
    assert said[0] == said[1] and all(said[0].values())


@pytest.mark.parametrize(("exercise", "lesson"), OPTIONAL.items())
def test_an_exercise_without_points_says_so_with_its_difficulty_and_minutes(exercise, lesson):
    cells = released_cells(lesson)
    above = "\n".join(cell.source for cell in cells[: place_of(exercise, cells)] if cell.cell_type == "markdown")
    heading = re.findall(r"^### .*$", above, re.MULTILINE)[-1]
    assert re.fullmatch(r"### Without points: .* \(difficulty [1-5] of 5, about \d+ minutes\)", heading)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_map_stands_below_the_imports_and_points_at_this_lesson(lesson):
    cells = released_cells(lesson)
    setup = next(number for number, cell in enumerate(cells) if grade_id(cell) == "setup")
    assert cells[setup + 1].source == f'course_map("{lesson[:2]}")'
    assert re.search(r"^from attnkit import .*\bcourse_map\b", cells[setup].source, re.MULTILINE)
