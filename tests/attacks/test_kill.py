"""The grader killed in the middle of a batch: nothing lives on, nothing is half graded, and a second run finishes."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from toy import LESSON

from .course import FULL, WRONG, WRONG_SCORES, adopt_orphans, descendants

SLOW = "import time\n\ntime.sleep(1.2)\n\ndef double(x):\n    return 2 * x\n"
STUDENTS = {
    "a_right": {},
    "b_wrong": {"double": WRONG},
    "c_slow": {"double": SLOW},
    "d_right": {},
    "e_wrong": {"double": WRONG},
}


def _wait_for(condition, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize("moment", ["while a cell runs", "while scores are written"])
def test_a_killed_grader_leaves_no_kernel_and_no_half_graded_submission(moment, new_course):
    adopt_orphans()
    course = new_course()
    for student, answers in STUDENTS.items():
        course.hand_in(student, course.answered(**answers))
    before = descendants()
    log = (course.root / "autograde.log").open("w+")
    grader = subprocess.Popen(
        course.command("nbgrader", "autograde", LESSON),
        cwd=course.root,
        stdout=log,
        stderr=log,
        env=course.environment(),
        start_new_session=True,
    )
    third = course.root / f"autograded/c_slow/{LESSON}"
    word = "Autograding" if moment == "while a cell runs" else "test_shares: "
    assert _wait_for(lambda: any(f"{word}" in line and "c_slow" in line for line in _lines(course)), 120), moment
    if moment == "while a cell runs":
        time.sleep(0.7)
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    # A kernel, or the warm parent, would now be a child of ours.
    assert _wait_for(lambda: not descendants() - before, 10), descendants() - before
    left = [path.name for path in course.temporary.iterdir()]
    assert left == [], left
    assert third.exists() or moment != "while a cell runs"

    graded = course.outcomes()
    assert graded["a_right"].scores == FULL
    assert graded["b_wrong"].scores == WRONG_SCORES
    assert set(graded.get("c_slow").scores.values()) == {None} or graded["c_slow"].scores == FULL
    assert "d_right" not in graded and "e_wrong" not in graded

    finished = course.run("nbgrader", "autograde", LESSON).stderr
    after = course.outcomes()
    assert {student: after[student].scores for student in STUDENTS} == {
        student: WRONG_SCORES if "wrong" in student else FULL for student in STUDENTS
    }
    assert not any(after[student].needs_person for student in STUDENTS)
    assert finished.count("Skipping existing assignment") == 2
    assert not descendants() - before
    assert list(course.temporary.iterdir()) == []


def _lines(course) -> list[str]:
    return (course.root / "autograde.log").read_text(errors="replace").splitlines()
