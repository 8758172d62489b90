"""What surrounds the grading of a batch: traps in a submission's folder, gradings that were cut off, empty folders.

nbgrader takes a folder in autograded/ for a finished grading. A grading that was killed half-way would therefore
never be finished; a lock tells such folders from finished ones, and they are removed so that they are done again.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import stat
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

log = logging.getLogger("nbjudge")
STATE = Path(".nbjudge") / "grading"
QUARANTINE = Path("quarantine")
FILE_BYTES = 64 << 20  # larger files in a submission are set aside
_config = Config()
_locks: dict[str, int] = {}


def prepare(config: Config) -> None:
    """Remember the course's configuration, and clear away what a killed grader left."""
    global _config  # noqa: PLW0603 - nbgrader gives its hooks no configuration
    _config = config
    _recover()


def before_submission(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission: lock it, and set aside what is no ordinary file."""
    folder = Path(notebooks[0]).parent
    directory = CourseDirectory(config=_config, root=os.getcwd())
    pattern = directory.format_path(directory.submitted_directory, "(?P<s>.*)", "(?P<a>.*)", escape=True)
    match = re.match(pattern, str(folder))
    if match is None:
        return
    graded = directory.format_path(directory.autograded_directory, match["s"], match["a"])
    _lock(f"{match['s']}.{match['a']}", Path(graded))
    _set_aside(folder, QUARANTINE / match["s"] / match["a"])


def after_submission(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook after a submission that was graded: it is finished."""
    for name in list(_locks):
        (STATE / name).unlink(missing_ok=True)
        os.close(_locks.pop(name))


def _lock(name: str, graded: Path) -> None:
    import fcntl  # only where something is graded; the configuration is read on other systems, too

    after_submission("", "", [])  # a grading that failed called no hook; nbgrader has removed its folder
    STATE.mkdir(parents=True, exist_ok=True)
    fd = os.open(STATE / name, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.ftruncate(fd, 0)
    os.write(fd, json.dumps(str(graded)).encode())
    _locks[name] = fd


def _recover() -> None:
    """Remove the unfinished folders of graders that are gone; the next `nbgrader autograde` grades them again."""
    if not STATE.is_dir():
        return
    import fcntl

    for path in STATE.iterdir():
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # its grader lives
            try:
                graded = Path(json.loads(file.read() or b'""'))
            except ValueError:
                graded = Path()
            if graded.is_absolute() and graded.is_dir():
                log.warning("%s was not finished, and will be graded again", graded)
                shutil.rmtree(graded)
            path.unlink(missing_ok=True)


def _set_aside(folder: Path, quarantine: Path) -> None:
    """Move links, pipes, devices and huge files out of a submission: nbgrader would follow, read or copy them."""
    for place, directories, files in os.walk(folder):
        for name in directories + files:
            path = Path(place) / name
            about = path.lstat()
            ordinary = stat.S_ISREG(about.st_mode) and about.st_size <= FILE_BYTES
            if not ordinary and not stat.S_ISDIR(about.st_mode):
                target = quarantine / path.relative_to(folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                log.warning("%s is a link, a pipe or too large: moved to %s", path, target)
                os.replace(path, target)
