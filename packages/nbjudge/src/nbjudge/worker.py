"""A process of our own that runs plain Python as if it were a learner's cell: for `check`, `audit` and CI.

It keeps the code apart from the judge, but is no sandbox: it is for files that the author trusts.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from functools import cache
from pathlib import Path

from nbjudge.course import Exercise
from nbjudge.forkserver import ForkServer
from nbjudge.settings import NBJudge
from nbjudge.standin import Connection

# The last one is imported by torch's first backward pass, which would otherwise cost every process 0.2 s.
PRELOAD = ("nbjudge.serve", "jaxtyping", "torch.fx.experimental.symbolic_shapes")


@cache
def _server(course_modules: tuple[str, ...]) -> ForkServer:
    return ForkServer((*PRELOAD, *course_modules))


class Worker:
    """Runs the source of one exercise, and serves its object. The judge's host for plain Python."""

    def __init__(self, exercise: Exercise, settings: NBJudge, folder: Path | None):
        self._job = {
            "setup": exercise.setup,
            "source": exercise.solution,
            "expression": exercise.expression,
            "earlier": list(exercise.earlier),
            "given": settings.given,
        }
        self.given = settings.given
        self.folder = folder
        self._server = _server(settings.course_modules)
        self._pid: int | None = None
        self._socket: socket.socket | None = None
        self.sources = [exercise.solution]

    def connect(self) -> Connection:
        """A conversation with the served object, in a new process."""
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._pid = self._server.spawn(self._job, theirs.fileno())
        return Connection(self._socket)

    def interrupt(self) -> None:
        """Interrupt the call that runs, as Ctrl-C does."""
        if self._pid is not None and self._server.status(self._pid) is None:
            os.kill(self._pid, signal.SIGINT)

    def kill(self) -> str:
        """End the process; returns why it had ended by itself, or an empty string."""
        pid, self._pid = self._pid, None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if pid is None:
            return ""
        status = self._status_soon(pid)
        if status is None:
            os.kill(pid, signal.SIGKILL)
            self._server.status(pid, wait=True)
            return ""
        return why(status)

    def _status_soon(self, pid: int) -> int | None:
        """A process that closed its socket may need a moment to end."""
        for _ in range(20):
            status = self._server.status(pid)
            if status is not None:
                return status
            time.sleep(0.005)
        return None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def why(code: int) -> str:
    """An exit status in words."""
    if code >= 0:
        return f"exited with status {code}"
    return f"was killed by signal {-code} ({signal.strsignal(-code)})"


def run_job(sock: socket.socket, job: dict) -> None:
    """In the new process: the setup, the earlier names from the given parts, the learner's code; then serve."""
    from nbjudge import serve, wire

    _silence()
    namespace: dict = {"__name__": "__main__"}
    try:
        exec(compile(job["setup"], "<setup>", "exec"), namespace)
        serve.rebind(namespace, job["earlier"], job["given"])
        exec(compile(job["source"], "<solution>", "exec"), namespace)
    except BaseException as error:  # reported to the judge
        wire.Channel(sock).send({"id": 0, "error": serve.describe(error)}, {})
        return
    serve.serve(sock, namespace, job["expression"], job["earlier"], job["given"])


def _silence() -> None:
    """What the code prints is of no interest here, and a terminal is no place for it."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in ("r", "w", "w"))  # noqa: SIM115
    os.environ["NBGRADER_EXECUTION"] = "autograde"
