"""What the system offers. Checks run on any; strangers' code is graded on Linux, which can keep it apart."""

from __future__ import annotations

import os
import socket
import sys


def can_fork() -> bool:
    """Whether processes can be forked here, and be handed open files: not on Windows."""
    return hasattr(os, "fork") and hasattr(socket, "AF_UNIX") and hasattr(socket, "send_fds")


def why_not_graded_here() -> str:
    """Why strangers' code cannot be graded on this system; empty on Linux."""
    if sys.platform == "linux" and can_fork():
        return ""
    return (
        "grading needs Linux, which keeps strangers' code apart; on this system run it in a virtual machine or a "
        "container (on Windows in WSL 2), or judge code that you trust by `nbjudge check`"
    )


def open_flags(*names: str) -> int:
    """Flags for `os.open`, without those that the system does not have."""
    flags = os.O_RDONLY
    for name in names:
        flags |= getattr(os, name, 0)
    return flags
