"""A course directory for a class: a copy of the course, with a gradebook of its own.

It is a copy, so that it can be put on any machine, and so that a class goes on with what it began with.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url

from nbjudge.course import Course
from nbjudge.errors import CourseError
from nbjudge.settings import CONFIG_FILE, load

_LEFT = {"__pycache__", ".ipynb_checkpoints", ".pytest_cache"}
_AUTOTESTS = "autotests.yml"  # nbgrader reads it beside its configuration


def new_course(course: Course, target: Path, show: Callable[[int, int], None]) -> Course:
    """Copy the course to the directory `target`, and make an empty gradebook there.

    Copied are the configuration and what its settings name: sources, checks, mistakes, alternatives, artifacts, and
    modules beside it. `show` is told how many files of how many are done. The course itself is only read. Raises
    `CourseError` where `target` cannot become a course of its own; nothing is left there then.
    """
    target = target.resolve()
    _require_room(course.root, target)
    files = [path for part in _parts(course) for path in _files(part)]
    there = target.is_dir()
    try:
        target.mkdir(parents=True, exist_ok=True)
        for done, path in enumerate(files, 1):
            _copy(path, target / path.relative_to(course.root))
            show(done, len(files))
        _make_gradebook(target)
        return _checked(course, target)
    except BaseException as error:
        _clear(target, itself=not there)
        if isinstance(error, OSError):
            raise CourseError(f"the course could not be copied to {target}: {error}") from error
        raise


def _require_room(root: Path, target: Path) -> None:
    if target.is_relative_to(root):
        raise CourseError(f"{target} is inside the course {root}; name a directory outside it")
    if target.exists() and not target.is_dir():
        raise CourseError(f"{target} is no directory; name a new one")
    if target.is_dir() and any(target.iterdir()):
        raise CourseError(f"{target} is not empty; name a new directory")


def _parts(course: Course) -> list[Path]:
    """Files and directories that make the course. The last is the configuration: without it, half a copy is none."""
    root, settings = course.root, course.settings
    config = load(root)
    if not config.NBJudge.get("configured", False):
        raise CourseError(f"{root / CONFIG_FILE} does not call nbjudge.configure(c)")
    directory = CourseDirectory(config=config, root=str(root))
    modules = sorted({name.partition(".")[0] for name in settings.course_modules})
    wanted = [
        directory.format_path(directory.source_directory, ".", "."),
        *(settings.checks, settings.mistakes, settings.alternatives, settings.artifacts),
        *modules,
        *(f"{name}.py" for name in modules),
        *(_AUTOTESTS, CONFIG_FILE),
    ]
    parts = [Path(os.path.normpath(root / part)) for part in wanted]
    for part in parts:
        if root not in part.parents:
            raise CourseError(f"{part} is not below {root}, so that a copy of the course would be without it")
    return [part for part in parts if part.exists()]


def _files(part: Path) -> Iterator[Path]:
    def fail(error: OSError) -> NoReturn:
        raise CourseError(f"the course cannot be read: {error}") from error

    if part.is_file():
        yield part
        return
    for folder, names, files in os.walk(part, onerror=fail, followlinks=True):
        names[:] = [name for name in names if name not in _LEFT]
        yield from (Path(folder, name) for name in files)


def _copy(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)  # with the rights of a new file: what is copied may be for reading only


def _make_gradebook(target: Path) -> None:
    """The gradebook of the new course, empty. Raises `CourseError` where it would be another course's, too."""
    config = load(target)
    said, mend = config.CourseDirectory, f"leave that out of {CONFIG_FILE}, and set it in each copy"
    if "root" in said and Path(said.root).resolve() != target:
        raise CourseError(f"a copy would work in {said.root}, as c.CourseDirectory.root says; {mend}")
    directory = CourseDirectory(config=config, root=str(target))
    url = make_url(directory.db_url)
    place = Path(os.path.normpath(target / (url.database or "")))  # nbgrader's commands run in the course directory
    if url.get_backend_name() != "sqlite" or target not in place.parents:
        raise CourseError(f"copies would share the gradebook that c.CourseDirectory.db_url names; {mend}")
    place.parent.mkdir(parents=True, exist_ok=True)
    with Gradebook(f"sqlite:///{place}", directory.course_id):
        pass


def _checked(course: Course, target: Path) -> Course:
    """The copy. Raises `CourseError` where it is no such course: its sources lie where they are not looked for."""
    copy = Course(target)
    if not copy.lessons or list(copy.lessons) != list(course.lessons):
        raise CourseError(f"the copy has the lessons {list(copy.lessons)}, and the course {list(course.lessons)}")
    return copy


def _clear(target: Path, itself: bool) -> None:
    """Remove what was made of a copy."""
    for path in [target] if itself else list(target.iterdir()):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
