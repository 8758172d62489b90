"""What a worker needs of a course to grade one of its lessons: sent once, as bytes that it keeps by their hash."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.coursedir import CourseDirectory

from nbjudge.autograde.rebuild import Frame
from nbjudge.autograde.seeds import course_secret
from nbjudge.errors import CourseError
from nbjudge.parallel.bundled import COURSE, SECRET, VERSION
from nbjudge.parallel.packing import pack
from nbjudge.settings import NBJudge

_LEFT = ("__pycache__", ".ipynb_checkpoints", ".pytest_cache")
_TEXTS = (".ipynb", ".md")  # of other lessons, all that matters


@dataclass(frozen=True)
class Bundle:
    """Its bytes, and the name by which workers know it."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Lesson:
    """How nbgrader grades the lesson, as far as workers do a part of that."""

    frames: dict[str, Frame]
    """The instructor's frame of each notebook."""
    ignore: list[str]
    """Patterns of files that nbgrader lays beside no notebook, whoever has made them."""
    beside: list[str]
    """Files of the instructor's that it lays beside each notebook, below the lesson's folder."""
    executes: bool
    """Whether notebooks are to be run at all."""


def make_bundle(job: dict[str, Any], directory: CourseDirectory, lesson: Lesson) -> Bundle:
    """Raises `CourseError` for a course of which a part lies elsewhere, or cannot be read."""
    root = Path(os.path.abspath(directory.root))
    settings = NBJudge(**job["settings"])
    try:
        files = dict(_files(root, settings, directory, job["exercises"]))
        modules = dict(_modules(root, settings))
        about = {
            "job": {**job, "root": COURSE, "paths": [COURSE] if modules else []},
            "folder": _below(root, _folder(directory)),
            "frames": lesson.frames,
            "ignore": lesson.ignore,
            "beside": lesson.beside,
            "executes": lesson.executes,
            "version": VERSION,
        }
        everything = {f"{COURSE}/{name}": path for name, path in (files | modules).items()}
        data = pack(about, everything | {SECRET: course_secret(root).encode()}, compress=True)
    except OSError as error:
        raise CourseError(f"the course cannot be read: {error}") from error
    return Bundle(f"nbjudge-{hashlib.sha256(data).hexdigest()[:32]}", data)


def files_beside(directory: CourseDirectory, ignore: list[str], exclude: list[str]) -> list[str]:
    """The instructor's files that nbgrader lays beside each notebook of the lesson.

    `ignore` are patterns of those that it passes over, `exclude` those that it is told not to lay over a learner's own.
    """
    folder = _folder(directory)
    found = utils.find_all_files(str(folder), [*ignore, "*.ipynb"])
    return sorted({os.path.relpath(path, folder) for path in found} - set(exclude))


def _folder(directory: CourseDirectory) -> Path:
    return Path(os.path.normpath(directory.format_path(directory.source_directory, ".", directory.assignment_id)))


def _files(
    root: Path, settings: NBJudge, directory: CourseDirectory, exercises: list[str]
) -> Iterator[tuple[str, Path]]:
    """What there is, by its name in the course: all lessons' texts, this one's files, and what judges `exercises`."""
    graded = _folder(directory)
    for lesson in map(Path, glob.glob(directory.format_path(directory.source_directory, ".", "*"))):
        for name, path in _tidy(Path(os.path.normpath(lesson))):
            if name.endswith(_TEXTS) or lesson.name == graded.name:
                yield f"{_below(root, Path(os.path.normpath(lesson)))}/{name}", path
    of_exercises = [Path(part, name) for part in (settings.mistakes, settings.artifacts) for name in exercises]
    for part in (Path(settings.checks), *of_exercises):
        place = Path(os.path.normpath(root / part))
        for name, path in _tidy(place):
            yield f"{_below(root, place)}/{name}", path


def _modules(root: Path, settings: NBJudge) -> Iterator[tuple[str, Path]]:
    """The course's own modules, as far as they lie in its directory; others are installed where workers are."""
    for name in sorted({module.partition(".")[0] for module in settings.course_modules}):
        if (root / f"{name}.py").is_file():
            yield f"{name}.py", root / f"{name}.py"
        for inner, path in _tidy(root / name):
            yield f"{name}/{inner}", path


def _tidy(folder: Path) -> Iterator[tuple[str, Path]]:
    """An instructor's files, wherever links lead to them."""
    for place, inner, names in os.walk(folder, followlinks=True):
        inner[:] = sorted(name for name in inner if name not in _LEFT)
        for path in (Path(place, name) for name in sorted(names)):
            if path.suffix != ".pyc" and path.is_file():
                yield str(path.relative_to(folder)), path


def _below(root: Path, path: Path) -> str:
    if not path.is_relative_to(root):
        raise CourseError(f"{path} is not below {root}, so that workers would be without it")
    return str(path.relative_to(root))
