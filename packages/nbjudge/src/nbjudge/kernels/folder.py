"""The submission's folder on its way into a kernel.

The grader opens each regular file and hands the open file over; the kernel never sees the folder itself, so there
is no path by which it could leave it. Links, pipes, devices and files that are too large stay behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from typing import BinaryIO

from nbjudge.kernels import wire
from nbjudge.kernels.limits import Limits

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # neither a link nor a pipe holds us up


def send_folder(end: socket.socket, path: str | None, limits: Limits) -> list[str]:
    """Hand over what is in the folder at `path`; returns the names of what had to stay behind."""
    left_behind, count = [], 0
    for name, directory in _names(path) if path else ():
        if name.endswith(".ipynb"):  # the one that is graded holds the hidden lines of grading cells
            continue
        fd = _open_regular(name, directory, limits.file_bytes) if count < limits.tmp_files else None
        if fd is None:
            left_behind.append(name)
            continue
        try:
            wire.send(end, {"file": name}, [fd])
            count += 1
        finally:
            os.close(fd)
    wire.send(end, {"end": True})
    return left_behind


class Incoming:
    """The kernel's side: files as they come in."""

    def __init__(self, end: socket.socket):
        self._end = end

    def copy_to(self, target: str) -> None:
        """Write the files below the directory `target`, as far as there is room."""
        while True:
            message, fds = wire.receive(self._end)
            if "file" not in message:
                return
            with open(fds[0], "rb") as source:
                _copy(source, os.path.join(target, message["file"]))


def _copy(source: BinaryIO, path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError:  # no room, or too deep a path: such a submission is graded without this file
        with contextlib.suppress(OSError):
            os.unlink(path)


def _names(top: str) -> Iterator[tuple[str, int]]:
    """Every name below `top` that is no directory, relative to it, with its directory's descriptor."""
    for root, _, files, directory in os.fwalk(top, follow_symlinks=False):
        for file in files:
            yield os.path.relpath(os.path.join(root, file), top), directory


def _open_regular(name: str, directory: int, most: int) -> int | None:
    try:
        fd = os.open(os.path.basename(name), _OPEN, dir_fd=directory)
    except OSError:  # a link, or not ours to read
        return None
    status = os.fstat(fd)
    if stat.S_ISREG(status.st_mode) and status.st_size <= most:
        return fd
    os.close(fd)
    return None
