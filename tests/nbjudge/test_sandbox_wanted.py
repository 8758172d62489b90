"""Where the sandbox cannot be had, `nbgrader autograde` stops, unless the instructor decides otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

# A machine that refuses user namespaces: the switch is set in a namespace of this test alone.
REFUSING = ("unshare", "--user", "--map-root-user", "sh", "-c")
REFUSE = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'


def autograde_where_it_is_refused(toy) -> subprocess.CompletedProcess:
    command = [*REFUSING, REFUSE, "sh", sys.executable, "-m", "nbgrader", "autograde", "toy"]
    environment = {**os.environ, "PYTHONPATH": str(toy.root)}
    return subprocess.run(command, cwd=toy.root, capture_output=True, text=True, env=environment)


def test_grading_stops_before_it_touches_anything(toy):
    toy.hand_in("ann", toy.answered())
    toy.hand_in("ben", toy.answered())
    done = autograde_where_it_is_refused(toy)
    assert done.returncode != 0
    assert "user namespaces are switched off" in done.stderr
    assert "sysctl -w user.max_user_namespaces" in done.stderr
    assert 'c.NBJudge.sandbox = "none"' in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("user namespaces are switched off") == 1, "said once, not for every submission"
    assert not list((toy.root / "autograded").glob("*/toy/toy.ipynb"))
    toy.autograde()
    assert toy.scores("ann") == toy.scores("ben") == {"double": 3.0, "quadruple": 4.0}


def test_grading_without_it_is_said_in_the_log_and_in_the_gradebook(toy):
    config = toy.root / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.NBJudge.sandbox = "none"\n')
    toy.hand_in("ann", toy.answered(double="def double(x):\n    return x + 2"))
    done = autograde_where_it_is_refused(toy)
    assert done.returncode == 0, done.stderr
    assert "Grading without a sandbox: this code runs with your rights." in done.stderr
    assert toy.scores("ann") == {"double": 1.0, "quadruple": 4.0}
    assert "Graded without a sandbox." in toy.comments("ann")
