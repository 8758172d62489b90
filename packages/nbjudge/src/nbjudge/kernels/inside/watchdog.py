"""Where no control group bounds a kernel's memory, the warm parent looks at it, several times a second."""

from __future__ import annotations

import os
import resource

INTERVAL_MS = 100


def exceeds(first: int, limit: int) -> bool:
    """Whether the processes in the pid namespace of process `first` hold more than `limit` bytes together."""
    processes = _same_namespace(first)
    # What is shared counts once per process here: too much, but quickly found, and mostly enough to know.
    if sum(map(_resident, processes)) <= limit:
        return False
    return sum(map(_own_share, processes)) > limit


def _same_namespace(first: int) -> list[int]:
    wanted = _namespace(first)
    everyone = map(int, filter(str.isdigit, os.listdir("/proc")))
    return [pid for pid in everyone if _namespace(pid) == wanted] if wanted else []


def _namespace(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:  # it has just ended
        return None


def _resident(pid: int) -> int:
    fields = _read(pid, "statm").split()
    return int(fields[1]) * resource.getpagesize() if fields else 0


def _own_share(pid: int) -> int:
    """Memory of the process that is no file's; where n processes share a page, an n-th of it."""
    share = 0
    for line in _read(pid, "smaps_rollup").splitlines():
        if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
            share += int(line.split()[1]) * 1024
    return share


def _read(pid: int, name: str) -> str:
    try:
        with open(f"/proc/{pid}/{name}") as file:
            return file.read()
    except OSError:  # it has just ended
        return ""
