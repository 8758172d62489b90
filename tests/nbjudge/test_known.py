"""Known mistakes are run once, and again when anything changes that their answers depend on."""

from __future__ import annotations

import numpy as np
import pytest
from nbjudge import Course, InProcess, Judge

NAMED = "adds_two"


@pytest.fixture
def course(toy, monkeypatch) -> Course:
    monkeypatch.syspath_prepend(str(toy.root))  # where the module lies that the course gives to learners
    return Course(toy.root)


def named(course: Course, monkeypatch=None) -> str | None:
    """What a new judge calls the mistake of adding 2; with `monkeypatch`, it may run no mistake to find out."""
    if monkeypatch is not None:
        monkeypatch.setattr(Judge, "_run_mistakes", lambda *_: pytest.fail("mistakes were run again"))
    return Judge(course).judge("double", InProcess(lambda x: np.asarray(x) + 2)).mistake


def test_mistakes_are_run_once(course, monkeypatch):
    assert named(course) == NAMED
    assert named(course, monkeypatch) == NAMED


@pytest.mark.parametrize("part", ["tests/mistakes/double/adds_two.py", "tests/checks/test_double.py", "given_parts.py"])
def test_they_are_run_again_after_a_change(course, part, monkeypatch):
    assert named(course) == NAMED
    path = course.root / part
    path.write_text(path.read_text() + "\n# another line\n")
    with pytest.raises(pytest.fail.Exception, match="again"):
        named(course, monkeypatch)
    monkeypatch.undo()
    monkeypatch.syspath_prepend(str(course.root))
    assert named(course) == NAMED
    assert len(list((course.root / ".nbjudge/known").glob("double-*"))) == 1


def test_a_file_that_was_cut_off_is_made_again(course):
    assert named(course) == NAMED
    (file,) = (course.root / ".nbjudge/known").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert named(course) == NAMED
    assert file.stat().st_size > 100


def test_where_nothing_can_be_written_mistakes_are_named_all_the_same(course):
    (course.root / ".nbjudge").write_text("a file, where the folder would be")
    assert named(course) == NAMED
