"""A run that is killed at any moment: the next one finishes what is missing, and touches nothing that is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from toy import LESSON

TESTS = Path(__file__).resolve().parents[1]
KILLS = 15  # at random moments; many more, and some with real workers, by `make soak`


def test_a_run_that_is_killed_at_any_moment_is_finished_by_the_next(released, tmp_path):
    new = released.copy(tmp_path / "new")
    new.hand_in("late", new.answered(double="def double(x):\n    return x + 2\n"))
    new.write(f"submitted/late/{LESSON}/timestamp.txt", "2026-01-04 12:00:00 UTC\n")
    new.write(f"submitted/late/{LESSON}/folder/file.txt", "beside it")
    done = subprocess.run(
        [sys.executable, "-m", "parallel.stored", str(tmp_path), os.environ.get("KILLS", str(KILLS)), *real_kills()],
        env={**new.environment(), "PYTHONPATH": os.pathsep.join([str(TESTS), str(new.root)])},
        capture_output=True,
        text=True,
    )
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert "killed before each of" in done.stdout and "killed at" in done.stdout


def real_kills() -> list[str]:
    """How many there are while real workers grade."""
    return [os.environ.get("REAL_KILLS", "0")]
