"""Workers that cannot be started, or whose nbjudge is another one: nothing is graded, and it is said at once."""

from __future__ import annotations

import subprocess
import sys

from patience import PATIENCE
from toy import LESSON

# A driver that takes itself for another version; its workers know better.
OTHER = f"""
from nbjudge.parallel import bundle

bundle.VERSION = "0.0.1"
from nbjudge.cli import app

if __name__ == "__main__":
    app(["autograde", {LESSON!r}])
"""


def refused(school, *command: str, **environment: str) -> str:
    """What a command says that grades nothing."""
    school.hand_in("right", school.answered())
    done = subprocess.run(
        [sys.executable, *command],
        cwd=school.root,
        env={**school.environment(), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not (school.root / "autograded").exists()
    return done.stderr


def test_workers_of_another_version_are_told_of_with_what_to_install(school):
    school.write("driver.py", OTHER)
    said = refused(school, "driver.py")
    assert "and 0.0.1 here; install the same" in said and "Nothing was graded." in said


def test_workers_that_cannot_be_started_are_not_waited_for(school):
    said = refused(school, "-m", "nbjudge.cli", "autograde", LESSON, DASK_DISTRIBUTED__NANNY__PRELOAD='["missing"]')
    assert "the workers could not be started (No module named 'missing')" in said
