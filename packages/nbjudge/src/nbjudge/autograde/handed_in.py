"""nbjudge's own copy of a submission, and the only one that is graded.

It is taken by descriptors, of ordinary files within the submission's own folder, up to a size. Links are never
followed, and never kept; a folder that is renamed or linked while it is read gains nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from nbjudge.system import open_flags
from nbjudge.words import MIB, fit_to_print, size_in_words

_DIRECTORY = open_flags("O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
_FILE = open_flags("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC")  # neither a link nor a pipe holds us up
_DEEPEST = 32
_LONGEST = 1000  # bytes of a path below the folder
_FILES = 5000
_TOTAL = 256 * MIB


@dataclass
class Copied:
    """What was taken of a submission's folder: how much of it, and what was left where it was, and why."""

    bytes: int = 0
    files: int = 0
    left: dict[str, str] = field(default_factory=dict[str, Any])

    def leave(self, name: str, why: str) -> None:
        if len(self.left) < 100:
            self.left[name] = why


def copy_folder(top: Path, below: tuple[str, ...], target: Path, file_bytes: int) -> Copied:
    """Copy the folder that `below` names, step by step, under the directory `top`, to the new directory `target`.

    Files larger than `file_bytes` are left. Raises `OSError` where a step is a link or no directory, or the copy cannot
    be written.
    """
    target.mkdir(parents=True)
    copied = Copied()
    with _folder(top, below) as source, _opened(os.open(target, _DIRECTORY)) as goal:
        _copy_directory(source, goal, "", file_bytes, copied)
    return copied


def read_file(top: Path, below: tuple[str, ...], name: str, most: int) -> bytes | None:
    """The first `most` bytes of one file of a submission, found as `copy_folder` finds it; None where there is none."""
    try:
        with _folder(top, below) as folder, _opened(os.open(name, _FILE, dir_fd=folder)) as fd:
            return os.read(fd, most) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
    except FileNotFoundError:
        return None
    except OSError:
        return b""


@contextmanager
def _folder(top: Path, below: tuple[str, ...]) -> Iterator[int]:
    fd = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in below:
        with _opened(fd) as outer:
            fd = os.open(name, _DIRECTORY, dir_fd=outer)
    with _opened(fd):
        yield fd


def _copy_directory(source: int, target: int, place: str, file_bytes: int, copied: Copied) -> None:
    with os.scandir(source) as entries:
        names = sorted(entry.name for entry in islice(entries, _FILES + 1))
    for name in names:
        path = f"{place}{name}"
        if copied.files >= _FILES:
            copied.leave(path, f"the submission holds more than {_FILES} files")
            return
        copied.files += 1
        if not fit_to_print(name) or len(os.fsencode(path)) > _LONGEST:
            copied.leave(path, "its name is too long, or no plain text")
        elif place.count("/") >= _DEEPEST:
            copied.leave(path, "it is nested too deeply")
        else:
            try:
                why = _copy_entry(source, target, name, path, file_bytes, copied)
            except OSError:
                why = "it is a link, or cannot be opened"
            if why:
                copied.leave(path, why)


def _copy_entry(source: int, target: int, name: str, path: str, file_bytes: int, copied: Copied) -> str:
    """Copy a file or a directory; returns why it was left, or an empty string."""
    if not stat.S_ISDIR(os.lstat(name, dir_fd=source).st_mode):
        return _copy_file(source, target, name, file_bytes, copied)
    with _opened(os.open(name, _DIRECTORY, dir_fd=source)) as inner:
        os.mkdir(name, dir_fd=target)
        with _opened(os.open(name, _DIRECTORY, dir_fd=target)) as goal:
            _copy_directory(inner, goal, f"{path}/", file_bytes, copied)
    return ""


def _copy_file(source: int, target: int, name: str, file_bytes: int, copied: Copied) -> str:
    with _opened(os.open(name, _FILE, dir_fd=source)) as fd:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return "it is no ordinary file"
        if status.st_size > file_bytes:
            return f"it holds {size_in_words(status.st_size)}, more than {size_in_words(file_bytes)}"
        if copied.bytes + status.st_size > _TOTAL:
            return f"the submission holds more than {size_in_words(_TOTAL)}"
        with open(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=target), "wb") as copy:
            left = status.st_size  # a file that grows while it is read is cut off
            while left > 0 and (data := os.read(fd, min(left, MIB))):
                copied.bytes += copy.write(data)
                left -= len(data)
    return ""


@contextmanager
def _opened(fd: int) -> Iterator[int]:
    try:
        yield fd
    finally:
        os.close(fd)
