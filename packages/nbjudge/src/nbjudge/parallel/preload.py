"""What a worker of this machine does first: it leaves Ctrl-C to whoever called it, and imports what it will need."""

from __future__ import annotations

import contextlib
import os

import nbjudge.parallel.worker  # noqa: F401 - while all others start


def dask_setup(_worker: object) -> None:
    """Called by Dask."""
    with contextlib.suppress(PermissionError):  # it leads a session already
        os.setsid()
