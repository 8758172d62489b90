"""From a warm parent to a kernel that serves: what the provisioner and the probes have in common."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from nbjudge.conversation.common import messages
from nbjudge.errors import KernelStartError
from nbjudge.given import Cover
from nbjudge.kernels.common.ports import PORTS
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.kernels.parent import LONGEST_SOCKET_PATH, ParentDied, WarmParent, warm_parent
from nbjudge.kernels.process import KernelProcess
from nbjudge.limits import Limits


@dataclass
class Launched:
    """A kernel, where it is reached, and the judge's end of a socket that only judge and kernel have."""

    parent: WarmParent
    process: KernelProcess
    ip: str
    judge: socket.socket


def launch(
    key: str,
    limits: Limits,
    folder: str | None = None,
    preload: tuple[str, ...] = PRELOAD,
    ip: str | None = None,
    covers: tuple[Cover, ...] = (),
) -> Launched:
    """Start a kernel, which is reached at the sockets <ip>-1 to <ip>-5. Without an `ip`, one is chosen."""
    # When the parent was killed, the kernel that it had ready ends first; then, it gives birth to no other.
    for _ in range(2):
        with contextlib.suppress(ParentDied, KernelStartError):
            return _launch(warm_parent(preload, covers), key, limits, folder, ip)
    return _launch(warm_parent(preload, covers), key, limits, folder, ip)


def _launch(parent: WarmParent, key: str, limits: Limits, folder: str | None, ip: str | None) -> Launched:
    process = parent.spawn(limits)
    ip = ip or parent.name_sockets()
    ours, theirs = messages.judge_pair()
    try:
        # Once handed over, the sockets are the kernel's alone: when it ends, nobody answers there.
        with theirs, _listening(ip) as listeners:
            process.start(ip, key, listeners, theirs, folder)
    except BaseException:
        ours.close()
        process.close()
        raise
    return Launched(parent, process, ip, ours)


@contextlib.contextmanager
def _listening(ip: str) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        listeners = []
        for port in PORTS.values():
            path = f"{ip}-{port}"
            if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
                raise ValueError(f"a socket's path may have {LONGEST_SOCKET_PATH} bytes, and {path} has more")
            with contextlib.suppress(FileNotFoundError):  # of a kernel that is being restarted
                os.unlink(path)
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(path)
            listener.listen()
            listeners.append(listener)
        yield listeners
