"""Known mistakes are run once, and again when anything changes that their answers depend on."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from nbjudge import Course, InProcess, Judge

NAMED = "adds_two"


@pytest.fixture
def course(toy, monkeypatch) -> Course:
    monkeypatch.syspath_prepend(str(toy.root))  # where the module lies that the course gives to learners
    monkeypatch.delitem(sys.modules, "given_parts", raising=False)  # another course's, of a test before
    return Course(toy.root)


def named(course: Course, monkeypatch=None) -> str | None:
    """What a new judge calls the mistake of adding 2; with `monkeypatch`, it may run no mistake to find out."""
    if monkeypatch is not None:
        monkeypatch.setattr(Judge, "_run_mistakes", lambda *_: pytest.fail("mistakes were run again"))
    return Judge(course).judge("double", InProcess(lambda x: np.asarray(x) + 2)).mistake


def test_mistakes_are_run_once(course, monkeypatch):
    assert named(course) == NAMED
    assert named(course, monkeypatch) == NAMED


def kept(course: Course) -> Path:
    return course.root / "tests/mistakes/double/known.json"


@pytest.mark.parametrize("part", ["tests/mistakes/double/adds_two.py", "tests/checks/test_double.py", "given_parts.py"])
def test_they_are_run_again_after_a_change(course, part, monkeypatch):
    assert named(course) == NAMED
    path = course.root / part
    path.write_text(path.read_text() + "\nanother = 1\n")
    with pytest.raises(pytest.fail.Exception, match="again"):
        named(course, monkeypatch)
    monkeypatch.undo()
    monkeypatch.syspath_prepend(str(course.root))
    assert named(course) == NAMED


def test_advice_may_be_said_better_without_that(course, monkeypatch):
    assert named(course) == NAMED
    path = course.root / "tests/mistakes/double/adds_two.py"
    path.write_text(f'"""Better advice."""\n\nFUNDAMENTAL = "why"\n{path.read_text()}')
    assert named(course, monkeypatch) == NAMED


@pytest.mark.parametrize("damage", [lambda text: text[:100], lambda text: text.replace("[", "{"), lambda _: "[]"])
def test_a_file_that_was_damaged_is_made_again(course, damage):
    assert named(course) == NAMED
    whole = kept(course).read_text()
    kept(course).write_text(damage(whole))
    assert named(course) == NAMED
    assert kept(course).read_text() == whole


def test_running_them_again_changes_nothing(course):
    Judge(course).judge_mistakes("double")
    before = kept(course).stat().st_mtime_ns, kept(course).read_bytes()
    Judge(course).judge_mistakes("double")
    assert (kept(course).stat().st_mtime_ns, kept(course).read_bytes()) == before


@pytest.mark.parametrize(("by", "changes"), [(0.003, False), (1.0, True)])
def test_other_arithmetic_is_no_change(course, by, changes):
    """Another processor rounds otherwise, and a mistake may enlarge that."""
    Judge(course).judge_mistakes("double")
    elsewhere = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]) + by:g}", kept(course).read_text())
    kept(course).write_text(elsewhere)
    Judge(course).judge_mistakes("double")
    assert (kept(course).read_text() != elsewhere) == changes


def test_what_mistakes_answer_now_is_kept_when_they_are_run(course):
    Judge(course).judge_mistakes("double")
    true = kept(course).read_bytes()
    kept(course).write_bytes(re.sub(rb'"adds_two": \S+\{.*?\}', b'"adds_two":{}', true))
    Judge(course).judge_mistakes("double")
    assert kept(course).read_bytes() == true


def test_where_nothing_can_be_written_mistakes_are_named_all_the_same(course):
    kept(course).mkdir()
    assert named(course) == NAMED


def test_what_goes_wrong_with_names_changes_no_score(course, monkeypatch, caplog):
    def wrong(*_: object) -> None:
        raise RuntimeError("of ours")

    monkeypatch.setattr("nbjudge.judging.judge.recognised", wrong)
    verdict = Judge(course).judge("double", InProcess(lambda x: np.asarray(x) + 2))
    assert 0 < verdict.score < verdict.max_score and verdict.mistake is None
    assert "no mistake of double could be looked for" in caplog.text and "of ours" in caplog.text
