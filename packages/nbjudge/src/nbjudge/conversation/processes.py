"""New processes for plain Python: forked in milliseconds, or, on systems that cannot fork, started anew."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
from functools import cache
from typing import Protocol

from nbjudge.conversation.common.forks import ForkServer, command, environment
from nbjudge.conversation.common.messages import KEY_BYTES
from nbjudge.errors import MachineError
from nbjudge.system import can_fork
from nbjudge.words import exit_in_words

_FORKED, _STARTED = "nbjudge.conversation.inside.forkserver", "nbjudge.conversation.inside.started"
_GLANCE_SECONDS, _GREETING_SECONDS = 1.0, 5.0  # between looks whether it has ended; for its key, once it has called


class Process(Protocol):
    """A process that runs what it is told over a socket."""

    def status(self, wait: bool = False) -> int | None:
        """Its exit status (negative: the signal that ended it), or None while it runs."""

    def interrupt(self) -> None:
        """Interrupt what runs in it, as Ctrl-C does, where the system lets us."""

    def kill(self) -> None:
        """End it."""


def start(preload: tuple[str, ...]) -> tuple[Process, socket.socket]:
    """A process that has imported `preload`, and our end of its socket."""
    return _fork(preload) if can_fork() else _start(preload)


@cache
def server(preload: tuple[str, ...]) -> ForkServer:
    """The one that forks processes which have imported `preload`."""
    return ForkServer(_FORKED, preload)


class _Forked:
    def __init__(self, server: ForkServer, pid: int):
        self._server, self._pid = server, pid

    def status(self, wait: bool = False) -> int | None:
        return self._server.status(self._pid, wait)

    def interrupt(self) -> None:
        if self.status() is None:
            os.kill(self._pid, signal.SIGINT)

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)


def _fork(preload: tuple[str, ...]) -> tuple[Process, socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        forks = server(preload)
        return _Forked(forks, forks.spawn(theirs.fileno())), ours


class _Started:
    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process

    def status(self, wait: bool = False) -> int | None:
        return self._process.wait() if wait else self._process.poll()

    def interrupt(self) -> None:
        """Windows has no signal for one process among several; who does not answer is ended."""
        if os.name == "posix" and self.status() is None:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()


def _start(preload: tuple[str, ...]) -> tuple[Process, socket.socket]:
    """It calls us back on a port of this machine, with a key that nobody else knows. Raises `MachineError` if it ends."""
    key = secrets.token_bytes(KEY_BYTES)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        arguments = (str(listening.getsockname()[1]), *preload)
        process = subprocess.Popen(command(_STARTED, arguments), stdin=subprocess.PIPE, env=environment())
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(key)
        listening.settimeout(_GLANCE_SECONDS)
        while process.poll() is None:
            with contextlib.suppress(TimeoutError):
                connection, _ = listening.accept()
                connection.settimeout(_GREETING_SECONDS)
                if secrets.compare_digest(_read(connection, KEY_BYTES), key):
                    return _Started(process), connection
                connection.close()
    raise MachineError(f"a Python for the code could not be started: it {exit_in_words(process.returncode)}.")


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data
