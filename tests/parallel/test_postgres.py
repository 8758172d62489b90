"""A gradebook in PostgreSQL: as one in a file, with two graders at once, and with a server that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .served import Class

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the program has done."""
    root = tmp_path_factory.mktemp("served")
    new = Class(root / "new")
    new.make()
    new.hand_in_some_kinds()
    done = subprocess.run(
        [sys.executable, "-m", "parallel.served", str(root)],
        env={**new.environment(), "PYTHONPATH": os.pathsep.join([str(TESTS), str(new.root)])},
        capture_output=True,
        text=True,
    )
    print(done.stdout, done.stderr)
    return done.stdout


def test_the_same_gradebook_as_in_a_file(said):
    assert "done: compare_with_a_file" in said


def test_two_instructors_grade_different_lessons_at_once(said):
    assert "done: grade_two_lessons_at_once" in said


def test_two_programs_grade_halves_of_a_class_at_once(said):
    assert "done: grade_halves_of_a_class_at_once" in said


def test_a_file_that_somebody_else_has_locked_is_waited_for(said):
    assert "done: wait_for_a_locked_file" in said


def test_a_server_that_is_killed_takes_nothing_with_it_and_the_next_run_finishes(said):
    assert "done: kill_between_submissions" in said and "done: kill_at_moments" in said
