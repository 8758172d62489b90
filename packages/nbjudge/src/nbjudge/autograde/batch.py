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
import unicodedata
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from nbjudge.kernels import warm_up
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.settings import NBJudge

log = logging.getLogger("nbjudge")
STATE = Path(".nbjudge") / "grading"
QUARANTINE = Path("quarantine")
FILE_BYTES = 64 << 20  # larger files in a submission are set aside
_config = Config()
_locks: dict[str, int] = {}


def prepare(config: Config) -> None:
    """Remember the course's configuration, and clear away what a killed grader left."""
    global _config
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
    settings = NBJudge(config=_config)
    if settings.sandbox == "bubblewrap":
        warm_up((*PRELOAD, *settings.course_modules))
        import nbjudge.autograde.execute  # noqa: F401 - imports torch, as the warm parent does at the same time
    _forget(directory, match["s"], match["a"])
    quarantine = QUARANTINE / match["s"] / match["a"]
    _unlink_folder(folder, Path(directory.format_path(directory.submitted_directory, ".", ".")), quarantine)
    graded = directory.format_path(directory.autograded_directory, match["s"], match["a"])
    _lock(f"{match['s']}.{match['a']}", Path(graded))
    _set_aside(folder, quarantine)


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


def _forget(directory: CourseDirectory, student: str, assignment: str) -> None:
    """Take back old scores first of all: what nbgrader does next may fail, and it would let them stand."""
    from nbgrader.api import Gradebook, MissingEntry  # slow to import, and only wanted where something is graded

    from nbjudge.autograde.old_scores import UNFINISHED, forget_scores, missing

    folder = Path(directory.format_path(directory.submitted_directory, student, assignment))
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        try:
            notebooks = [notebook.name for notebook in gradebook.find_assignment(assignment).notebooks]
            there = {name: os.path.lexists(folder / f"{name}.ipynb") for name in notebooks}
            if not all(there.values()):
                if _config.Autograde.get("create_student", True):
                    gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(assignment, student)
            gradebook.find_submission(assignment, student)
        except MissingEntry:
            return  # it is graded for the first time, or nbgrader will say what is missing
        for name in notebooks:
            entry = {"student": student, "assignment": assignment, "notebook": name}
            forget_scores(gradebook, entry, UNFINISHED if there[name] else missing(name))


def _unlink_folder(folder: Path, top: Path, quarantine: Path) -> None:
    """Where a submission's folder is a link, say to a neighbour's, leave an empty folder in its place."""
    top = Path(os.path.normpath(top))
    for place in reversed([p for p in (folder, *folder.parents) if p.is_relative_to(top) and p != top]):
        if place.is_symlink():
            _move(place, quarantine / f"{place.name}.link")
    folder.mkdir(parents=True, exist_ok=True)


def _set_aside(folder: Path, quarantine: Path) -> None:
    """Move links, pipes, devices and huge files out of a submission: nbgrader would follow, read or copy them.

    So are names that a terminal would obey when nbgrader logs them.
    """
    for place, directories, files in os.walk(folder):
        for name in directories + files:
            path = Path(place) / name
            status = path.lstat()
            ordinary = stat.S_ISREG(status.st_mode) and status.st_size <= FILE_BYTES
            if not (ordinary or stat.S_ISDIR(status.st_mode)) or not _readable(name):
                _move(path, quarantine / path.relative_to(folder))


def _readable(name: str) -> bool:
    return not any(unicodedata.category(character).startswith("C") for character in name)


def _move(path: Path, target: Path) -> None:
    log.warning("%r is a link, a pipe, too large or strangely named: moved to %r", str(path), str(target))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
    except OSError:  # nbgrader goes on when its hook fails, so this must not
        path.unlink(missing_ok=True)
