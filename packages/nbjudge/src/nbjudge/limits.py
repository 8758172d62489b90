"""What one kernel may use."""

from __future__ import annotations

from dataclasses import dataclass

from nbjudge.words import GIB, MIB

Monotonic = float
"""A time on the clock of `time.monotonic()`, as all deadlines here are."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one sandboxed kernel. Its time and its output are the grader's to bound."""

    memory_bytes: int = 2 * GIB
    """Memory that the learner's code may take, all its processes together."""

    processes: int = 64
    """Processes and threads, the kernel's own threads included."""

    file_bytes: int = 64 * MIB
    """Largest file that the kernel may write, or be given from the submission's folder."""

    tmp_bytes: int = 256 * MIB
    """All that is in /tmp, the home directory and /dev/shm together; and again, the submission's folder."""

    tmp_files: int = 10_000
    """How many files and directories may be in these places; an empty file takes memory, too."""

    open_files: int = 512
    """Open files of a process. Fewer than the 1024 that a grader usually may have: Linux counts files on
    their way between processes per user, so a kernel could otherwise use up what its grader needs."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int) or value <= 0:
                raise ValueError(f"limit {name} must be a positive whole number, not {value!r}")
