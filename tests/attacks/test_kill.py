"""The grader killed in the middle of a batch: nothing lives on, nothing is half graded, and a second run finishes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess

import psutil
import pytest
from patience import until
from toy import LESSON

from .course import FULL, WRONG, WRONG_SCORES, AttackedCourse, adopt_orphans, descendants

# The grader is killed while one of these sleeps, however slow the machine is.
SLOW = "import subprocess\n\nsubprocess.run(['sleep', '10'])\n\ndef double(x):\n    return 2 * x\n"
STUDENTS = {
    "a_right": {},
    "b_wrong": {"double": WRONG},
    "c_slow": {"double": SLOW},
    "d_slow": {"double": SLOW},
    "e_wrong": {"double": WRONG},
}
ALL = {student: WRONG_SCORES if "wrong" in student else FULL for student in STUDENTS}


def a_cell_runs(course: AttackedCourse) -> bool:
    """Whether the cell of `c_slow` does."""
    for pid in descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).name() == "sleep":
                return True
    return False


def scores_are_written(course: AttackedCourse) -> bool:
    """Whether those of `c_slow` are, so that `d_slow` comes next."""
    return any("test_shares: " in line and "c_slow" in line for line in log_of(course).splitlines())


def log_of(course: AttackedCourse) -> str:
    return (course.root / "autograde.log").read_text(errors="replace")


@pytest.mark.parametrize("moment", [a_cell_runs, scores_are_written])
def test_a_killed_grader_leaves_no_kernel_and_no_half_graded_submission(moment, new_course):
    adopt_orphans()
    course = new_course()
    course.write("nbgrader_config.py", course.config + "c.NBJudge.cell_seconds = c.NBJudge.submission_seconds = 300\n")
    for student, answers in STUDENTS.items():
        course.hand_in(student, course.answered(**answers))
    before = descendants()
    with (course.root / "autograde.log").open("w") as log:
        command = course.command("nbgrader", "autograde", LESSON)
        grader = subprocess.Popen(
            command, cwd=course.root, stdout=log, stderr=log, env=course.environment(), start_new_session=True
        )
    assert until(lambda: moment(course)), log_of(course)
    os.kill(grader.pid, signal.SIGKILL)
    grader.wait()
    # A kernel, or the warm parent, would now be a child of ours.
    assert until(lambda: not descendants() - before), descendants() - before
    assert [path.name for path in course.temporary.iterdir()] == []

    graded = {student: outcome.scores for student, outcome in course.outcomes().items()}
    whole = {student for student, scores in graded.items() if scores == ALL[student]}
    assert whole in ({"a_right", "b_wrong"}, {"a_right", "b_wrong", "c_slow"})
    assert all(set(graded[student].values()) == {None} for student in graded.keys() - whole)

    finished = course.run("nbgrader", "autograde", LESSON).stderr
    skipped = set(re.findall(rf"Skipping existing assignment: .*/(\w+)/{LESSON}", finished))
    assert {"a_right", "b_wrong"} <= skipped <= whole
    after = course.outcomes()
    assert {student: outcome.scores for student, outcome in after.items()} == ALL
    assert not any(outcome.needs_person for outcome in after.values())
    assert not descendants() - before
    assert list(course.temporary.iterdir()) == []
