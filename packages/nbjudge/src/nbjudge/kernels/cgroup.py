"""Control groups: where Linux lets us make one, it bounds the memory and the processes of a whole kernel.

And it makes a kernel count as one when processor time is shared out, however many processes it has.

There are two layouts. In version 1, each controller (memory, pids, cpu) has a tree of its own; in version 2,
one tree serves all. A system may have both, and each controller in one or the other.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbjudge.limits import Limits
from nbjudge.words import MIB

_CONTROLLERS = ("memory", "pids", "cpu")
_OVERHEAD = 64 * MIB
_REMOVAL_SECONDS = 2

# What is to be written to, by version. By the first file of each controller, one sees whether it can be had.
_SWITCHES: dict[int, dict[str, tuple[str, ...]]] = {
    1: {
        "memory": ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
        "pids": ("pids.max",),
        "cpu": ("cpu.shares",),
    },
    2: {"memory": ("memory.max",), "pids": ("pids.max",), "cpu": ("cpu.weight",)},
}
_WEIGHT_OF_ONE_PROCESS = {1: 1024, 2: 100}
_EVENTS = {1: "memory.oom_control", 2: "memory.events"}


def total_memory(limits: Limits) -> int:
    """What a kernel may take of the machine's memory, all in all.

    Files in memory are counted with it, and so are page tables and what is copied of the warm parent.
    """
    return limits.memory_bytes + 2 * limits.tmp_bytes + _OVERHEAD


@dataclass(frozen=True)
class Controllers:
    """Where groups can be made, by controller. One that is missing cannot be had here."""

    version: int = 2
    homes: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def detect(cls) -> Controllers:
        """What this process may use. The way to know is to try."""
        mounts, own = Path("/proc/self/mountinfo").read_text(), Path("/proc/self/cgroup").read_text()
        for version in (1, 2):
            homes = {}
            for controller in _CONTROLLERS:
                for place in places(mounts, own, version, controller):
                    if _usable(place, _SWITCHES[version][controller][0]):
                        homes[controller] = place
                        break
            if "memory" in homes:
                return cls(version, homes)
        return cls()

    def make(self, name: str, limits: Limits) -> Group:
        """A new group with these limits; of no effect as far as controllers are missing."""
        group = Group(self, name)
        values = {
            "memory": total_memory(limits),
            "pids": limits.processes,
            "cpu": _WEIGHT_OF_ONE_PROCESS[self.version],
        }
        for controller, home in self.homes.items():
            directory = home / name
            directory.mkdir(exist_ok=True)
            for switch in _SWITCHES[self.version][controller]:
                with contextlib.suppress(FileNotFoundError):
                    _write(directory / switch, values[controller])
        if self.version == 2 and "memory" in self.homes:
            with contextlib.suppress(FileNotFoundError):  # where swap is not counted
                _write(self.homes["memory"] / name / "memory.swap.max", 0)
        return group


class Group:
    """The control group of one kernel."""

    def __init__(self, controllers: Controllers, name: str):
        self._version = controllers.version
        self._directories = {controller: home / name for controller, home in controllers.homes.items()}

    def add(self, pid: int) -> None:
        """Move a process in. What it starts from then on is born here."""
        for directory in set(self._directories.values()):
            _write(directory / "cgroup.procs", pid)

    def ran_out_of_memory(self) -> bool:
        """Whether Linux has ended a process here for want of memory."""
        if "memory" not in self._directories:
            return False
        text = (self._directories["memory"] / _EVENTS[self._version]).read_text()
        return any(line.startswith("oom_kill ") and line != "oom_kill 0" for line in text.splitlines())

    def remove(self) -> None:
        """Remove the group. Its last process may need a moment to leave."""
        deadline = time.monotonic() + _REMOVAL_SECONDS
        for directory in set(self._directories.values()):
            while directory.exists():
                try:
                    directory.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.005)
        self._directories = {}


def places(mounts: str, own: str, version: int, controller: str) -> list[Path]:
    """Directories where a group may be made, from the texts of /proc/self/mountinfo and /proc/self/cgroup.

    In version 2, a group that has processes, as ours has, can have no controlled groups below it, unless it
    is the root. So there, the second choice is a place beside ours.
    """
    path = _own_path(own, "" if version == 2 else controller)
    for root, mountpoint, kind, options in _mounts(mounts):
        if (kind == "cgroup2") if version == 2 else (kind == "cgroup" and controller in options):
            if path is None or not Path(path).is_relative_to(root):
                return []
            home = Path(mountpoint) / Path(path).relative_to(root)
            return [home] if version == 1 or home == Path(mountpoint) else [home, home.parent]
    return []


def _own_path(own: str, controller: str) -> str | None:
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return None


def _mounts(mounts: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Of each mount: the root of what is mounted, where, its kind, its options."""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        root, mountpoint = left.split()[3:5]
        kind, _, options = right.split(" ", 2)
        yield root, mountpoint, kind, options.split(",")


def _usable(home: Path, switch: str) -> bool:
    trial = home / f"nbjudge-trial-{os.getpid()}"
    try:
        trial.mkdir()
    except OSError:
        return False
    try:
        return os.access(trial / switch, os.W_OK) and os.access(home / "cgroup.procs", os.W_OK)
    finally:
        trial.rmdir()


def _write(path: Path, value: int) -> None:
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, str(value).encode())
    finally:
        os.close(fd)
