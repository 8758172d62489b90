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


def test_audit_counts_and_fails_below_its_bounds(toy):
    data = json.loads(nbjudge(toy, "audit", "--json").stdout)
    assert data[0] == {
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
        },
        "visible": {"total": 2, "pass": 2, "fundamental": []},
    }
    toy.write("tests/mistakes/double/no_mistake.py", '"""None."""\n\ndef double(x):\n    return 2 * x\n')
    toy.write("tests/alternatives/double/no_alternative.py", '"""None."""\n\ndef double(x):\n    return x\n')
    done = nbjudge(toy, "audit", "double", "--json", ok=False)
    assert done.returncode == 1
    [result] = json.loads(done.stdout)
    assert result["mistakes"]["missed"] == ["no_mistake"]
    assert result["alternatives"]["refused"] == ["no_alternative"]


def test_audit_reports_a_given_part_that_needs_a_later_exercise(toy):
    toy.write(
        "given_parts.py", "def quadruple(x):\n    return 4 * x\n\n\ndef double(x):\n    return quadruple(x) / 2\n"
    )
    done = nbjudge(toy, "audit", "quadruple", ok=False)
    assert "quadruple: a later exercise is needed by the given double" in done.stdout


def test_every_command_explains_itself(toy):
    for command in ([], ["check"], ["audit"], ["doctor"]):
        assert "Usage" in nbjudge(toy, *command, "--help").stdout
