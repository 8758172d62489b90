"""What a worker of this machine does first: it leaves Ctrl-C to whoever called it."""

from __future__ import annotations

import contextlib
import os


def dask_setup(_worker: object) -> None:
    """Called by Dask."""
    with contextlib.suppress(PermissionError):  # it leads a session already
        os.setsid()
