"""`nbjudge audit`: what it counts, and which mistakes it finds too dear, or unseen by the tests that learners run."""

from __future__ import annotations

import json

import nbformat
from nbformat.v4 import new_code_cell
from toy import ToyCourse

WHY = 'FUNDAMENTAL = "To double is to multiply."'


def audit(toy: ToyCourse, *options: str, ok: bool = False) -> str:
    return toy.run("nbjudge.cli", "audit", "double", *options, ok=ok).stdout


def counted(toy: ToyCourse, ok: bool = False) -> dict:
    (result,) = json.loads(audit(toy, "--json", ok=ok))
    return result


def mark(toy: ToyCourse, mistake: str) -> None:
    """Say in the file of a mistake that it is fundamental."""
    path = toy.root / f"tests/mistakes/double/{mistake}.py"
    path.write_text(f"{path.read_text()}\n\n{WHY}\n")


def shows(toy: ToyCourse, first_tests: str, above: str = "", below: str = "", at_the_end: str = "") -> None:
    """Let the lesson's first tests be these, with cells of its own above the first solution and around its tests."""
    toy.visible = first_tests
    notebook = toy.source()
    setup, solution, tests, *rest = notebook.cells[1:]
    own = [[new_code_cell(source)] if source else [] for source in (above, below, at_the_end)]
    notebook.cells[1:] = [setup, *own[0], solution, *own[1], tests, *own[2], *rest]
    toy.write("source/toy/toy.ipynb", nbformat.writes(notebook))


def test_it_counts_and_fails_below_its_bounds(toy):
    assert counted(toy) == {
        "exercise": "double",
        "reference_passes": True,
        "mistakes": {"total": 2, "caught": 2, "missed": []},
        "alternatives": {"total": 1, "accepted": 1, "refused": []},
        "entangled": [],
        "named": {"total": 2, "right": 2, "wrong": []},
        "price": {
            "kept_median": 0.5,
            "kept_quartiles": [0.4167, 0.5, 0.5833],
            "checks_failed_median": 1.0,
            "lose_more_than_half": ["adds_two"],
            "unmarked": ["adds_two"],
            "marked_but_keep_half": [],
        },
        "visible": {"total": 2, "pass": 2, "fundamental": []},
    }
    toy.write("tests/mistakes/double/no_mistake.py", '"""None."""\n\ndef double(x):\n    return 2 * x\n')
    toy.write("tests/alternatives/double/no_alternative.py", '"""None."""\n\ndef double(x):\n    return x\n')
    result = counted(toy)
    assert result["mistakes"]["missed"] == ["no_mistake"]
    assert result["alternatives"]["refused"] == ["no_alternative"]


def test_a_given_part_that_needs_a_later_exercise_is_reported(toy):
    toy.write(
        "given_parts.py", "def quadruple(x):\n    return 4 * x\n\n\ndef double(x):\n    return quadruple(x) / 2\n"
    )
    done = toy.run("nbjudge.cli", "audit", "quadruple", ok=False)
    assert "quadruple: a later exercise is needed by the given double" in done.stdout


def test_who_loses_more_than_half_is_called_fundamental_and_seen_at_once(toy):
    assert "double: more than half of the points, and no FUNDAMENTAL that says why: adds_two" in audit(toy)
    mark(toy, "adds_two")
    assert "double: the first tests pass a fundamental mistake, adds_two" in audit(toy)


def test_no_first_test_needs_to_see_that_the_given_part_is_called(toy):
    source = "import given_parts\n\n\ndef double(x):\n    return given_parts.double(x)\n"
    toy.write("tests/mistakes/double/given_part.py", f'"""You call the given part."""\n\n{WHY}\n\n{source}')
    mark(toy, "adds_two")
    mark(toy, "in_place")
    shows(toy, "x = np.ones(2)\nassert double(x).sum() == 4\nassert x.sum() == 2")
    result = counted(toy, ok=True)
    assert result["price"]["lose_more_than_half"] == ["adds_two", "given_part"]
    assert result["price"]["marked_but_keep_half"] == ["in_place"]
    assert result["visible"] == {"total": 3, "pass": 1, "fundamental": []}


def test_first_tests_may_name_what_cells_of_the_lesson_define(toy):
    mark(toy, "adds_two")
    shows(
        toy,
        "assert wanted == 6",
        above='import os\n\nones = np.ones(3 if os.environ["NBGRADER_EXECUTION"] == "validate" else 2)',
        below="wanted = 2 * ones.sum()\nassert double(ones).sum() == wanted",  # learners see that this cell fails
        at_the_end="wanted = 0",
    )
    assert counted(toy, ok=True)["visible"] == {"total": 2, "pass": 1, "fundamental": []}
