"""The submission's folder on its way into a kernel.

The grader opens each regular file and hands the open file over. The kernel never sees the folder itself, so
there is no path by which it could leave it. Links, pipes, devices and files that are too large stay behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from nbjudge.conversation.common import messages
from nbjudge.limits import Limits

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # neither a link nor a pipe holds us up
_DEEPEST = 32


def send_folder(end: socket.socket, path: str | None, limits: Limits) -> list[str]:
    """Hand over what is in the folder at `path`; returns the names of what had to stay behind."""
    left_behind = []
    for name, directory in islice(_names(path, limits.tmp_files), limits.tmp_files) if path else ():
        if name.endswith(".ipynb"):  # the rebuilt notebook holds the hidden lines of grading cells
            continue
        fd = _open_regular(name, directory, limits.file_bytes)
        if fd is None:
            left_behind.append(name)
            continue
        try:
            messages.send(end, {"file": name}, [fd])
        finally:
            os.close(fd)
    messages.send(end, {"end": True})
    return left_behind


class Incoming:
    """The kernel's side: files as they come in."""

    def __init__(self, end: socket.socket):
        self._end = end

    def copy_to(self, target: str) -> None:
        """Write the files below the directory `target`, as far as there is room."""
        while True:
            message, fds = messages.receive(self._end)
            if "file" not in message:
                return
            with open(fds[0], "rb") as source:
                _copy(source, os.path.join(target, message["file"]))


def _copy(source: BinaryIO, path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as copy:
            shutil.copyfileobj(source, copy)
    except OSError:  # no room: then the submission is graded without this file
        with contextlib.suppress(OSError):
            os.unlink(path)


def _names(top: str, most: int) -> Iterator[tuple[str, int]]:
    """What is no directory, in at most so many of them: name below `top`, and its directory's descriptor."""
    for root, directories, files, descriptor in islice(os.fwalk(top, follow_symlinks=False), most):
        below = os.path.relpath(root, top)
        if below.count(os.sep) >= _DEEPEST:
            directories.clear()
        for file in files:
            yield os.path.normpath(os.path.join(below, file)), descriptor


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
