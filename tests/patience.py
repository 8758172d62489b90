"""Waiting for what must come, on however busy a machine."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300.0
"""Seconds. What is waited for takes moments; only a test that fails waits so long."""


def until(condition: Callable[[], object]) -> bool:
    """Wait until something is so; returns whether it came to be."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
