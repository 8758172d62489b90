"""What one kernel may use."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class Limits:
    """Bounds of one sandboxed kernel. Times and output are bounded by the grader, which outlives the kernel."""

    memory_bytes: int = 2 * GIB
    """Memory of all processes of the kernel together, beyond what the warm parent shares with it."""

    processes: int = 64
    """Processes and threads, the kernel's own threads included."""

    file_bytes: int = 64 * MIB
    """Largest file that the kernel may write, and largest file that is copied in from the submission's folder."""

    tmp_bytes: int = 256 * MIB
    """Everything in /tmp, the home directory and /dev/shm together; and, apart from that, the submission's folder."""

    tmp_files: int = 10_000
    """Number of files in the same places; an empty file takes memory too."""

    open_files: int = 1024
    """Open file descriptors per process."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int) or value <= 0:
                raise ValueError(f"limit {name} must be a positive whole number, not {value!r}")


def in_words(size: int) -> str:
    """A number of bytes as people write it: 2147483648 is '2 GiB'."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
