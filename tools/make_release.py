"""Makes release/ with nbgrader's own command, in a scratch course, so that no gradebook is touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent


def release(lessons: list[str], destination: Path) -> None:
    """Write destination/<lesson>/ for every lesson, as `nbgrader generate_assignment` makes it."""
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        shutil.copy(ROOT / "nbgrader_config.py", course)
        (course / "source").symlink_to(ROOT / "source")
        for lesson in track(lessons, description="release"):
            command = [sys.executable, "-m", "nbgrader", "generate_assignment", lesson, "--force"]
            done = subprocess.run(command, cwd=course, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"nbgrader generate_assignment {lesson} failed:\n{done.stderr}")
            shutil.rmtree(destination / lesson, ignore_errors=True)
            shutil.copytree(course / "release" / lesson, destination / lesson)


if __name__ == "__main__":
    release(sorted(path.stem for path in ROOT.glob("source/*/*.md")), ROOT / "release")
