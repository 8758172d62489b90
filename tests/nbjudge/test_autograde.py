"""`nbgrader autograde` with the judge: real commands, real kernels, a real gradebook."""

from __future__ import annotations

import copy
import json

import pytest
import torch
from nbformat.v4 import new_code_cell
from safetensors.torch import save_file
from toy import EXERCISES

FULL = {"double": 3.0, "quadruple": 4.0}


def find(notebook, grade_id):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def test_a_class_is_graded_and_a_mistake_costs_once(toy):
    toy.hand_in("right", toy.answered())
    toy.hand_in("wrong", toy.answered(double="def double(x):\n    return x + 2"))
    toy.hand_in("half", toy.answered(quadruple="def quadruple(x):\n    return x"))
    toy.hand_in("untouched", toy.release())
    toy.autograde()
    assert toy.scores("right") == FULL
    # The wrong `double` costs its own points; `quadruple`, which calls it, is judged with the given one.
    assert toy.scores("wrong") == {"double": 1.0, "quadruple": 4.0}
    assert toy.scores("half") == {"double": 3.0, "quadruple": 0.0}
    assert toy.scores("untouched") == {"double": 0.0, "quadruple": 0.0}
    assert not toy.needs_person("wrong")
    table = find(toy.graded("wrong"), "test_double").outputs[0]["data"]["text/html"]
    assert "You add 2, where you should multiply by 2." in table
    assert "the input stays as it was" in table


def test_two_mistakes_that_change_the_same_numbers_are_both_named(toy):
    mistakes = toy.root / "tests/mistakes/double"
    (mistakes / "adds_one.py").write_text('"""You add 1."""\n\ndef double(x):\n    x = x + 1\n    return 2 * x\n')
    (mistakes / "triples.py").write_text('"""You take it three times."""\n\ndef double(x):\n    return 3 * x\n')
    toy.hand_in("both", toy.answered(double="def double(number):\n    return (number + 1) * 3"))
    toy.autograde()
    table = find(toy.graded("both"), "test_double").outputs[0]["data"]["text/html"]
    assert "You add 1." in table and "You take it three times." in table
    assert toy.scores("both") == {"double": 1.0, "quadruple": 4.0}


def test_feedback_shows_the_table_and_nothing_hidden(toy):
    toy.hand_in("wrong", toy.answered(double="def double(x):\n    return x + 2"))
    toy.autograde()
    toy.generate_feedback()
    page = toy.feedback_page("wrong").read_text()
    assert "every entry is doubled" in page
    assert "You add 2" in page
    for hidden in ("HIDDEN", "judge(", "assert_close", "reference", "Traceback (most"):
        assert hidden not in page


def test_feedback_gives_each_reason_once(toy):
    toy.hand_in("untouched", toy.release())
    toy.autograde()
    table = find(toy.graded("untouched"), "test_double").outputs[0]["data"]["text/html"]
    assert table.count("it is not done yet") == 1 and table.count("as above") == table.count("failed") - 1 > 0


READS = """
from nbjudge import check, expect

@check(points=3, says="one is handed in")
def test_one(student, artifacts):
    one = artifacts.tensors("one.safetensors")["one"].item()
    expect(one == 1.0, "1", f"{one}")
"""


def test_what_a_learner_hands_in_is_judged_and_not_the_authors_file_of_that_name(toy):
    def weights(folder, value):
        toy.write(f"{folder}/one.safetensors", "")
        save_file({"one": torch.tensor(value)}, toy.root / folder / "one.safetensors")

    toy.write("tests/checks/test_double.py", READS)
    weights("tests/artifacts/double", 1.0)
    weights("source/toy", 1.0)  # the author has run the lesson
    toy.generate()
    assert not (toy.root / "release/toy/one.safetensors").exists()
    assert (toy.root / "source/toy/one.safetensors").exists()
    for student, value in (("right", 1.0), ("wrong", 2.0), ("nothing", None)):
        toy.hand_in(student, toy.answered())
        if value is not None:
            weights(f"submitted/{student}/toy", value)
    toy.autograde()
    assert [toy.scores(s)["double"] for s in ("right", "wrong", "nothing")] == [3.0, 0.0, 0.0]


def test_force_student_export_and_validate_work_in_any_order(toy):
    toy.run("nbgrader", "autograde", "toy", ok=False)
    toy.hand_in("ann", toy.answered())
    toy.hand_in("ben", toy.answered())
    toy.run("nbgrader", "validate", "source/toy/toy.ipynb")
    toy.autograde("--student", "ann")
    assert "Skipping existing" in toy.autograde().stderr
    toy.hand_in("ann", toy.answered(quadruple="def quadruple(x):\n    return x"))
    toy.autograde("--force")
    assert toy.scores("ann") == {"double": 3.0, "quadruple": 0.0}
    toy.run("nbgrader", "export")
    assert "ann" in (toy.root / "grades.csv").read_text()
    assert "Success" in toy.run("nbgrader", "validate", "source/toy/toy.ipynb").stdout
    assert "FAILED" in toy.run("nbgrader", "validate", "release/toy/toy.ipynb").stdout


def test_what_happens_to_the_frame_of_a_notebook_changes_nothing(toy):
    def flipped(notebook):
        for one in notebook.cells:
            meta = one.metadata.get("nbgrader")
            if meta:
                meta.update(points=1000, solution=not meta["solution"], grade=not meta["grade"], locked=False)

    def skipped(notebook):
        for one in notebook.cells:
            one.metadata["tags"] = ["skip-execution", "raises-exception"]

    def deleted(notebook):
        notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]

    def doubled(notebook):
        notebook.cells += [copy.deepcopy(c) for c in notebook.cells if c.metadata.get("nbgrader")]

    def moved(notebook):
        notebook.cells.reverse()

    def emptied(notebook):
        for one in notebook.cells:
            if one.metadata.get("nbgrader", {}).get("grade"):
                one.source = ""

    def retyped(notebook):
        for one in notebook.cells:
            if one.metadata.get("nbgrader", {}).get("solution"):
                one.cell_type = "raw"
                one.pop("outputs", None), one.pop("execution_count", None)

    changes = (flipped, skipped, deleted, doubled, moved, emptied, retyped)
    wrong = "def quadruple(x):\n    return x"
    for change in changes:
        for student, answers in (("good", {}), ("bad", {"quadruple": wrong})):
            notebook = toy.answered(**answers)
            change(notebook)
            toy.hand_in(f"{change.__name__}_{student}", json.dumps(notebook))
    toy.autograde()
    for change in changes:
        assert toy.scores(f"{change.__name__}_good") == FULL, change.__name__
        assert toy.scores(f"{change.__name__}_bad") == {"double": 3.0, "quadruple": 0.0}, change.__name__


def test_helper_cells_keep_their_places(toy):
    notebook = toy.answered(double="def double(x):\n    return times(x)")
    at = notebook.cells.index(find(notebook, "double"))
    notebook.cells.insert(at, new_code_cell("def times(x):\n    return 2 * x"))
    toy.hand_in("helper", notebook)
    moved = toy.answered()
    moved.cells.remove(find(moved, "double"))
    moved.cells.insert(at, new_code_cell("def double(x):\n    return 2 * x"))  # copied without its metadata
    toy.hand_in("pasted", moved)
    toy.autograde()
    assert toy.scores("helper") == FULL
    assert toy.scores("pasted") == FULL


UNREADABLE = {
    "cut_off": ("{not json", "not valid JSON"),
    "empty": ("", "empty"),
    "other_json": ("[1, 2]", "not a notebook"),
    "deep": ("[" * 100_000, "nested too deeply"),
    "binary": ("\x00\xff", "cannot be read"),
    "renamed": (None, "holds no file toy.ipynb"),
}


def test_what_cannot_be_read_leaves_no_old_score_and_stops_nobody(toy):
    for student in (*UNREADABLE, "zoe"):
        toy.hand_in(student, toy.answered())
    toy.autograde()
    for student in UNREADABLE:
        assert toy.scores(student) == FULL
    for student, (text, _) in UNREADABLE.items():
        path = toy.hand_in(student, "{}" if text is None else text)
        if text is None:
            path.rename(path.with_name("toy (1).ipynb"))
    toy.autograde("--force", ok=None)
    for student, (_, reason) in UNREADABLE.items():
        assert toy.scores(student) == {"double": None, "quadruple": None}, student
        assert toy.needs_person(student)
        assert reason in toy.comments(student)
    assert toy.scores("zoe") == FULL


CRASHES = {
    "at_definition": "import os\nos._exit(0)",
    "in_a_call": "def double(x):\n    import os\n    os._exit(0)",
    "segfault": "def double(x):\n    import ctypes\n    ctypes.string_at(0)",
    "loop": "def double(x):\n    while True:\n        pass",
    "deaf_loop": "def double(x):\n    while True:\n        try:\n            while True:\n                pass\n"
    "        except BaseException:\n            pass",
    "exit": "def double(x):\n    raise SystemExit",
    "pytest_exit": "def double(x):\n    import pytest\n    pytest.exit('done', returncode=0)",
}


def test_a_crash_costs_the_cell_that_did_it(toy):
    toy.write("nbgrader_config.py", (toy.root / "nbgrader_config.py").read_text() + "c.NBJudge.check_seconds = 5\n")
    for name, code in CRASHES.items():
        toy.hand_in(name, toy.answered(double=code))
    toy.hand_in("zoe", toy.answered())
    toy.autograde()
    for name in CRASHES:
        assert toy.scores(name) == {"double": 0.0, "quadruple": 4.0}, name
    assert toy.scores("zoe") == FULL


def test_output_cannot_become_a_score(toy):
    for name, code in {
        "nan": "def double(x):\n    return float('nan')",
        "false": "def double(x):\n    return False",
        "negative": "def double(x):\n    return -1",
        "listed": "def double(x):\n    return [3, 3]",
        "shown": "def double(x):\n    get_ipython().displayhook(99)\n    print('3.0')\n    raise ValueError",
        "none": "double = None",
    }.items():
        toy.hand_in(name, toy.answered(double=code))
    toy.hand_in(
        "noisy", toy.answered(double="import sys\n\ndef double(x):\n    print('w', file=sys.stderr)\n    return 2 * x")
    )
    toy.autograde()
    for name in ("nan", "false", "negative", "listed", "shown", "none"):
        assert toy.scores(name)["double"] < 1.1, name
    assert toy.scores("noisy") == FULL


@pytest.mark.parametrize("whose", ["score", "person"])
def test_a_grading_cell_with_plain_tests_is_scored_or_left_to_a_person(toy, whose):
    config = (toy.root / "nbgrader_config.py").read_text()
    toy.write("nbgrader_config.py", config + f"\nc.NBJudge.plain_tests = {whose!r}\n")
    source = json.loads((toy.root / "source/toy/toy.ipynb").read_text())
    for one in source["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == "test_double":
            one["source"] = "assert double(1) == 2"
    toy.write("source/toy/toy.ipynb", json.dumps(source))
    toy.generate()
    toy.hand_in("ann", toy.answered())
    toy.hand_in("ben", toy.answered(double="def double(x):\n    return x + 2"))
    toy.autograde()
    scores = [toy.scores(student)["double"] for student in ("ann", "ben")]
    assert scores == ([3.0, 0.0] if whose == "score" else [None, None])
    assert ("plain tests" in toy.comments("ann")) and (toy.needs_person("ann") == (whose == "person"))


def test_a_course_without_its_given_module_stops_instead_of_costing_points(toy):
    toy.hand_in("ann", toy.answered())
    (toy.root / "given_parts.py").rename(toy.root / "mislaid.py")
    done = toy.autograde(ok=False)
    assert "there is no module 'given_parts'" in done.stderr and "nbgrader_config.py" in done.stderr
    assert "Traceback" not in done.stderr
    (toy.root / "mislaid.py").rename(toy.root / "given_parts.py")
    toy.autograde()
    assert toy.scores("ann") == FULL


def test_kernels_begin_with_what_a_backward_pass_imports_where_a_gradient_is_named(toy):
    look = "import sys\nprint('ready:', 'torch.fx.experimental.symbolic_shapes' in sys.modules)"
    toy.hand_in("before", toy.answered(double=f"{look}\n{EXERCISES['double'].answer}"))
    toy.autograde()
    checks = toy.checks("double")
    toy.write("tests/checks/test_double.py", f"{checks}\n# None asks for a gradient.\n")
    toy.hand_in("after", toy.answered(double=f"{look}\n{EXERCISES['double'].answer}"))
    toy.autograde()
    assert "ready: False" in str(toy.graded("before")) and "ready: True" in str(toy.graded("after"))
    assert toy.scores("before") == toy.scores("after")


COUNT = """
import gc
from pathlib import Path

from nbformat import NotebookNode


def count(assignment, student, notebooks):
    kept = [one for one in gc.get_objects() if isinstance(one, NotebookNode) and "verdicts" in one]
    with open("kept", "a") as file:
        file.write(f"{len(kept)}\\n")


c.Autograde.post_convert_hook = count
"""


def test_the_grader_lets_go_of_what_it_has_graded(toy):
    toy.write("nbgrader_config.py", toy.config + COUNT)
    for student in ("ada", "bob", "cy"):
        toy.hand_in(student, toy.answered())
    toy.autograde()
    first, second, third = map(int, (toy.root / "kept").read_text().split())
    assert first == second == third
