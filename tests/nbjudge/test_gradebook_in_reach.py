"""A gradebook that cannot be opened: the command ends with a sentence that names it and the mend, and grades nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from nbjudge import CourseError
from nbjudge.autograde.reach import open_once
from toy import LESSON, ToyCourse


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("gradebook.db", "'gradebook.db' is no address of a gradebook: write it as sqlite:///"),
        ("sqlite:///{folder}/nowhere/gradebook.db", "unable to open database file. Is the address right"),
        ("sqlite:///{folder}/text.db", "file is not a database"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/marks", "me:***@127.0.0.1:1/marks cannot be opened: connection"),
        ("postgresql+nodriver://me@host/marks", "there is no driver for it"),
        ("nosuch://me@host/marks", "there is no driver for it"),
    ],
)
def test_why_it_cannot_be_opened_is_said(tmp_path, address, words):
    (tmp_path / "text.db").write_text("marks: all full\n" * 100, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        open_once(address.format(folder=tmp_path))
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


def test_one_that_is_not_there_yet_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match="cannot be made without alembic"):
        open_once(f"sqlite:///{tmp_path}/nowhere.db")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    open_once(f"sqlite:///{tmp_path}/gradebook.db")
    assert (tmp_path / "gradebook.db").stat().st_size > 0


def test_nothing_is_graded_without_it(toy: ToyCourse):
    toy.hand_in("ann", toy.answered())
    done = toy.run("nbgrader", "autograde", LESSON, "--db=sqlite:////nowhere/gradebook.db", ok=False)
    assert done.returncode == 1
    assert "/nowhere/gradebook.db cannot be opened" in done.stderr and "Nothing was graded" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (toy.root / "autograded").exists()
