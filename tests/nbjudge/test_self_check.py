"""`nbjudge check`: notebooks, files and modules, judged for who wants to know."""

from __future__ import annotations

import copy
import json
import subprocess

import nbformat
import pytest
from attacks.browser import Browser
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbjudge import cli
from nbjudge.course import course_at
from toy import ToyCourse
from typer.testing import CliRunner, Result

WRONG = "def double(x):\n    return x + 2  # two\n"


@pytest.fixture
def check(toy, monkeypatch):
    """The command in the course's folder. It runs in this process, whose workers are forked from one that is warm."""
    monkeypatch.chdir(toy.root)
    monkeypatch.syspath_prepend(str(toy.root))
    monkeypatch.setattr(cli.console, "width", 200)  # for the table
    course_at.cache_clear()

    def run(*arguments: str, **environment: str) -> Result:
        done = CliRunner().invoke(cli.app, ["check", *arguments], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        return done

    return run


def scores(done: Result | subprocess.CompletedProcess[str]) -> dict[str, tuple[float, str | None]]:
    return {one["exercise"]: (one["score"], one["mistake"]) for one in json.loads(done.stdout)}


def put(toy: ToyCourse, name: str, notebook: NotebookNode) -> str:
    toy.write(name, nbformat.writes(copy.deepcopy(notebook)))
    return name


@pytest.fixture
def wrong(toy) -> str:
    return put(toy, "mine/toy.ipynb", toy.answered(double=WRONG))


@pytest.mark.parametrize("sandbox", [[], ["--sandbox"]])
def test_every_exercise_of_a_notebook(check, toy, wrong, sandbox):
    done = check(wrong, "--json", *sandbox)
    assert scores(done) == {"double": (1, "adds_two"), "quadruple": (4, None)}
    assert done.exit_code == 1


def test_full_marks_exit_with_0(check, toy):
    done = check(put(toy, "toy.ipynb", toy.answered()))
    assert done.exit_code == 0
    assert "3 of 3" in done.stdout and "4 of 4" in done.stdout


def test_what_is_judged_is_what_would_be_graded(check, toy):
    """An answer in a cell of its own, a cell that fails beside it, a released cell left below: nothing of it matters."""
    notebook = toy.answered()
    stub = next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "double")
    answer, stub.source = stub.source, toy.release().cells[notebook.cells.index(stub)].source
    place = notebook.cells.index(stub)
    notebook.cells[place:place] = [
        new_code_cell("1 / 0"),
        new_code_cell(answer),
        new_code_cell("%matplotlib inline\nexit()"),
    ]
    assert scores(check(put(toy, "toy.ipynb", notebook), "--json")) == {
        "double": (3, None),
        "quadruple": (4, None),
    }


def test_an_earlier_mistake_costs_once(check, toy):
    quadruple = "def quadruple(x):\n    return double(double(x))\n"
    notebook = toy.answered(double=WRONG, quadruple=quadruple)
    done = check(put(toy, "toy.ipynb", notebook), "--json")
    assert scores(done) == {"double": (1, "adds_two"), "quadruple": (4, None)}


def test_files_hold_several_exercises_or_one_is_named(check, toy):
    toy.write("both.py", f"{WRONG}\n\ndef quadruple(x):\n    return 4 * x\n")
    assert scores(check("both.py", "--json")) == {"double": (1, "adds_two"), "quadruple": (4, None)}
    assert scores(check("quadruple", "both.py", "--json")) == {"quadruple": (4, None)}


def test_modules(toy):
    toy.write("pack/__init__.py", "")
    toy.write("pack/numbers.py", "FACTOR = 2\n")
    toy.write("pack/answers.py", "from .numbers import FACTOR\n\n\ndef double(x):\n    return FACTOR * x\n")
    done = toy.run("nbjudge.cli", "check", "pack.answers", "--json")  # a process of its own, which finds it
    assert scores(done) == {"double": (3, None)}


def test_the_table_and_the_advice(check, toy, wrong):
    done = check(wrong)
    assert "every entry is doubled" in done.stdout
    assert "recognised: adds_two. You add 2, where you should multiply by 2." in done.stdout


def test_work_that_cannot_be_judged_is_named_and_the_rest_is_judged(check, toy):
    toy.write("broken.ipynb", '{"cells": [')
    toy.write("other.py", "x = 1\n")
    toy.write("of_another_course.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=[new_code_cell("1")])))
    right = put(toy, "toy.ipynb", toy.answered())
    names = ["broken.ipynb", "none.ipynb", "none.py", "no_module", "other.py", "of_another_course.ipynb", right]
    done = check(*names, "--json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    problems = {one["file"]: one["problem"] for one in found if "problem" in one}
    assert list(problems) == names[:-1]
    assert "not valid JSON" in problems["broken.ipynb"]
    assert "no such file" in problems["none.ipynb"] and "no such file" in problems["none.py"]
    assert "it is no notebook" in problems["no_module"]
    assert "holds no answer to any exercise" in problems["other.py"]
    assert "made from a released notebook" in problems["of_another_course.ipynb"]
    assert [one["score"] for one in found if "score" in one] == [3, 4]


def test_a_loop_costs_its_exercise_and_no_other(check, toy):
    toy.write("nbgrader_config.py", toy.config + "c.NBJudge.check_seconds = 1\n")
    notebook = toy.answered(double="def double(x):\n    while True:\n        pass\n")
    done = check(put(toy, "toy.ipynb", notebook), "--json")
    assert scores(done)["quadruple"] == (4, None)
    assert scores(done)["double"][0] == 0


def test_a_github_runner_reads_annotations_and_a_summary(check, toy, wrong, tmp_path):
    runner = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = check(wrong, "--github", **runner)
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]
    lines = (toy.root / wrong).read_text().splitlines()
    (command,) = commands
    place, _, message = command.removeprefix("::error ").partition("::")
    about = dict(one.split("=", 1) for one in place.split(","))
    assert about["file"] == wrong
    assert about["title"] == "double%3A 1 of 3 points"
    assert '"test_double"' in lines[int(about["line"]) - 1]
    assert "%0AYou add 2, where you should multiply by 2." in message
    summary = (tmp_path / "summary.md").read_text()
    assert "| mine/toy.ipynb | double | 1 of 3 | 1 of 2 |" in summary
    assert "You add 2" in summary


def test_a_summary_holds_no_markup_of_a_learner(check, toy, tmp_path):
    toy.write("bad.py", "def double(x):\n    raise ValueError('| <b>x</b>\\n# [a](http://b)')\n")
    check("bad.py", "--github", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    text = (tmp_path / "summary.md").read_text()
    assert "<b>" not in text
    assert "[a](" not in text
    assert len(text.splitlines()) == 3


def test_the_page_is_read_by_anybody(check, toy, wrong):
    toy.write("bad.py", "def double(x):\n    raise ValueError('<script>document.title = 1</script>')\n")
    check(wrong, "bad.py", "none.py", "--html", "report.html")
    page = toy.root / "report.html"
    text = page.read_text()
    assert "You add 2" in text
    assert "http" not in text.replace("http-equiv", "")
    browser = Browser()
    try:
        browser.open(page.resolve().as_uri())
        assert browser.driver.title == "What the checks say"
        assert browser.violations() == []
    finally:
        browser.close()


def test_a_page_that_cannot_be_written(check, toy, wrong):
    done = check(wrong, "--html", "no/such/folder.html")
    assert done.exit_code == 2
    assert "no/such/folder.html: No such file or directory" in done.stderr


def test_nothing_is_written_beside_the_work_or_into_a_gradebook(check, toy, wrong):
    before = {path: path.read_bytes() for path in toy.root.glob("*.db")}
    check(wrong)
    assert [path.name for path in (toy.root / "mine").rglob("*")] == ["toy.ipynb"]
    assert {path: path.read_bytes() for path in toy.root.glob("*.db")} == before
