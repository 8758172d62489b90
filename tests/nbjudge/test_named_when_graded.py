"""Known mistakes are run on a seed that everybody knows; learners are judged on others, and named as surely."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Judge
from nbjudge.conversation.worker import source_worker
from toy import ToyCourse

COURSE = Course(Path(__file__)).patient()
JUDGE = Judge(COURSE)


@pytest.mark.parametrize("name", ["attention_scores", "causal_mask", "layer_norm"])
def test_a_mistake_is_named_on_any_seed(name):
    exercise = COURSE.exercise(name)
    wrong = {}
    for seed, sample in enumerate(exercise.mistakes, start=1000):
        with source_worker(exercise, sample.source, sample.folder) as worker:
            named = list(JUDGE.judge(name, worker, seed=seed).mistakes)
        if named != [sample.name]:
            wrong[sample.name] = named
    assert len(wrong) <= 0.05 * len(exercise.mistakes), wrong


def test_to_find_out_what_an_answer_shows_is_no_time_of_its_notebook(tmp_path):
    course = ToyCourse(tmp_path)
    course.config += "c.NBJudge.cell_seconds = c.NBJudge.submission_seconds = 30\n"
    course.make()
    for number in range(4):  # their first use waits for all of them
        slow = f'"""You wait."""\n\nimport time\n\ntime.sleep(9)\n\n\ndef double(x):\n    return x + {number}\n'
        course.write(f"tests/mistakes/double/waits_{number}.py", slow)
    course.hand_in("ann", course.answered(double="def double(x):\n    return x * x - 7"))
    course.autograde()
    assert course.scores("ann") == {"double": 1.0, "quadruple": 4.0}
    assert not course.needs_person("ann")


def test_a_known_mistake_that_is_no_python_costs_nobody_points_and_is_told_of_by_its_file(tmp_path):
    course = ToyCourse(tmp_path / "course")
    course.make()
    course.write("tests/mistakes/double/cut_off.py", '"""Advice."""\n\n\ndef double(x:\n    return x + 2\n')
    course.hand_in("ada", course.answered())
    course.hand_in("bob", course.answered(double="def double(x):\n    return x + 2"))
    said = course.autograde().stderr
    assert "no mistake of double is named" in said and "double/cut_off.py: is not Python" in said
    assert "correct it, or remove it" in said and "Traceback" not in said
    assert course.scores("ada") == {"double": 3.0, "quadruple": 4.0}
    assert 0 < course.scores("bob")["double"] < 3.0
    told = course.run("nbjudge.cli", "audit", "double", ok=False)
    assert "cut_off.py: is not Python ('(' was never closed (cut_off.py, line 4))" in told.stderr
    assert "Traceback" not in told.stderr
