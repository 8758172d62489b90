"""The command `nbjudge`, as a course author runs it."""

from __future__ import annotations

import json

from nbjudge.cli import app
from typer.testing import CliRunner


def nbjudge(toy, *arguments: str, ok: bool = True):
    return toy.run("nbjudge.cli", *arguments, ok=ok)


def test_check_grades_files_and_names_the_mistake(toy):
    wrong = toy.root / "tests/mistakes/double/adds_two.py"
    right = toy.root / "tests/alternatives/double/by_adding.py"
    assert nbjudge(toy, "check", "double", str(right)).returncode == 0
    done = nbjudge(toy, "check", "double", str(wrong), str(right), "--json", ok=False)
    assert done.returncode == 1
    first, second = json.loads(done.stdout)
    assert first["file"] == str(wrong)
    assert (first["exercise"], first["score"], first["max_score"], first["mistake"]) == ("double", 1, 3, "adds_two")
    assert set(first["checks"][0]) == {"name", "says", "passed", "points", "message"}
    assert "a difference of up to" in first["checks"][0]["message"]
    assert (second["score"], second["mistake"]) == (3, None)


def test_wrong_calls_exit_with_2_and_say_what_to_do(toy):
    file = str(toy.root / "tests/alternatives/double/by_adding.py")
    done = nbjudge(toy, "check", "triple", file, ok=False)
    assert done.returncode == 2
    assert "exercises are double, quadruple" in " ".join(done.stdout.replace("│", " ").split())
    assert nbjudge(toy, "check", "double", "nowhere.py", ok=False).returncode == 2
    assert nbjudge(toy, "check", "double", ok=False).returncode == 2
    assert nbjudge(toy, "audit", "triple", ok=False).returncode == 2


def test_outside_a_course_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["audit"])
    assert done.exit_code == 2
    assert "nbgrader_config.py" in done.stderr


def test_every_command_explains_itself(toy):
    for command in ([], ["check"], ["audit"], ["doctor"]):
        assert "Usage" in nbjudge(toy, *command, "--help").stdout
