"""Workers that die: they take nothing with them, and who kills them is left to a person."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator

import psutil
import pytest
from attacks.course import adopt_orphans, descendants
from patience import until
from toy import LESSON

from .cluster import Cluster
from .school import School

FULL = {"double": 3.0, "quadruple": 4.0, "essay": None}
SLOW = """import os
import subprocess

# The first two who come are killed while they wait here; whoever comes later need not wait.
subprocess.run(["sleep", "{seconds}"])


def double(x):
    return 2 * x
"""


def sleepers(name: str) -> list[psutil.Process]:
    """The processes that wait in a cell for so many seconds."""
    found = []
    for pid in descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.cmdline() == ["sleep", name]:
                found.append(process)
    return found


def worker_of(process: psutil.Process) -> psutil.Process:
    """Dask's process, from which a grader's descends."""
    return next(one for one in process.parents() if "--multiprocessing-fork" in one.cmdline())


@pytest.fixture
def begin(school: School) -> Iterator[object]:
    """Start to grade in the background; nothing of it lives on at the end."""
    adopt_orphans()
    before = descendants()
    begun: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> subprocess.Popen[str]:
        command = school.command("nbjudge.cli", "autograde", LESSON, *options)
        begun.append(
            subprocess.Popen(command, cwd=school.root, env=school.environment(), stderr=subprocess.PIPE, text=True)
        )
        return begun[0]

    yield begin
    for process in begun:
        process.kill()
        process.wait()
    assert until(lambda: not descendants() - before)


def test_who_kills_workers_is_tried_twice_and_nobody_else_is_touched(school, begin):
    school.hand_in("killer", school.answered(double=SLOW.format(seconds="9125")))
    school.hand_in("other", school.answered(double=SLOW.format(seconds="1.25")))
    for name in ("right", "zz_right"):
        school.hand_in(name, school.answered())
    school.write("nbgrader_config.py", school.config + "c.NBJudge.cell_seconds = c.NBJudge.submission_seconds = 3000\n")
    process = begin("--workers", "1")
    for _ in range(2):
        assert until(lambda: sleepers("9125"))
        (sleeper,) = sleepers("9125")
        worker_of(sleeper).send_signal(signal.SIGKILL)
        assert until(lambda sleeper=sleeper: not sleeper.is_running())
    _, said = process.communicate()
    print(said)
    assert process.returncode == 1
    assert "4 graded" in said and "left to a person: killer" in said
    outcomes = school.outcomes()
    assert [outcomes[name].scores for name in ("other", "right", "zz_right")] == [FULL] * 3
    assert set(outcomes["killer"].scores.values()) == {None} and outcomes["killer"].needs_person
    assert "twice" in outcomes["killer"].comment
    assert "9125" in str(school.graded("killer"))  # a person finds there what was handed in


def test_control_c_keeps_what_is_done_and_the_same_command_goes_on(school, begin):
    for name in ("a_right", "c_right", "d_right"):
        school.hand_in(name, school.answered())
    school.hand_in("b_slow", school.answered(double=SLOW.format(seconds="41.5")))
    process = begin("--workers", "1")
    assert until(lambda: sleepers("41.5"))
    assert until((school.root / f"autograded/a_right/{LESSON}/{LESSON}.ipynb").is_file)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    print(said)
    assert process.returncode == 1
    assert "1 graded" in said and "3 not graded yet" in said
    assert_that_the_next_run_finishes(school)


def test_a_scheduler_that_dies_takes_nothing_with_it(school, begin, tmp_path):
    for name in ("a_right", "c_right", "d_right"):
        school.hand_in(name, school.answered())
    school.hand_in("b_slow", school.answered(double=SLOW.format(seconds="51.5")))
    cluster = Cluster(tmp_path / "cluster")
    try:
        cluster.start(workers=1)
        process = begin("--scheduler", cluster.address, *cluster.keys)
        assert until(lambda: sleepers("51.5"))
        assert until((school.root / f"autograded/a_right/{LESSON}/{LESSON}.ipynb").is_file)
        cluster.scheduler.kill()
        _, said = process.communicate()
    finally:
        cluster.stop()
    print(said)
    assert process.returncode == 1
    assert "the scheduler cannot be reached" in said and "3 not graded yet" in said
    assert_that_the_next_run_finishes(school)


def assert_that_the_next_run_finishes(school: School) -> None:
    school.hand_in("b_slow", school.answered())
    said = school.nbjudge("--workers", "1")
    assert "3 graded" in said and "1 graded before" in said
    assert {tuple(one.scores.values()) for one in school.outcomes().values()} == {tuple(FULL.values())}
