"""Fork servers: a process that has imported what is slow to import, and forks from there, so that a new one costs
milliseconds.

Python's own fork server imports the caller's main module anew in every child, which costs seconds under
`nbgrader` and `pytest`; these import nothing of the caller's. A server's standard input is a Unix socket, over which
it is asked in the messages of `nbjudge.conversation.common.messages`. What a child is to do, it hears itself.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterable

from nbjudge.conversation.common import messages


def command(module: str, arguments: Iterable[str]) -> list[str]:
    """What runs a module in a Python of its own."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """What it runs in: it finds the modules that we find, and none of the directory that we happen to be in."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


class ForkServer:
    """The caller's end. The server, `python -m MODULE ARGUMENTS`, is started when it is first needed, and again
    whenever it has ended. A process that is forked from the caller may go on to ask the same server."""

    def __init__(self, module: str, arguments: tuple[str, ...]):
        self._command = command(module, arguments)
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it now, in the background; without this, the first `spawn` does."""
        if self._socket is None:
            self._socket, theirs = messages.pair()
            with theirs:
                self._process = subprocess.Popen(
                    self._command, stdin=theirs.fileno(), env=environment(), start_new_session=True
                )

    def spawn(self, fd: int, job: str = "") -> int:
        """Fork a child, which is given the open file `fd`; returns its process id."""
        pid: int = self._ask({"op": "spawn", "job": job}, [fd])["pid"]
        return pid

    def status(self, pid: int, wait: bool = False) -> int | None:
        """The exit status of a child (negative: the signal that ended it), or None while it runs."""
        status: int | None = self._ask({"op": "status", "pid": pid, "wait": wait}, [])["status"]
        return status

    def close(self) -> None:
        """Let it end, as soon as it has done what it does."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            if self._process is not None:
                self._process.wait()
                self._process = None

    def _ask(self, request: messages.Message, fds: list[int]) -> messages.Message:
        with self._lock:
            try:
                return self._exchange(request, fds)
            except (OSError, EOFError):  # it has ended
                self._socket = None
                return self._exchange(request, fds)

    def _exchange(self, request: messages.Message, fds: list[int]) -> messages.Message:
        self.start()
        assert self._socket is not None
        messages.send(self._socket, request, fds)
        return messages.receive(self._socket)[0]


class Forks:
    """The server's end: a subclass says what a child does in `run`."""

    def before(self, job: str) -> None:
        """Called in the server before it forks a child for `job`."""

    def run(self, job: str, sock: socket.socket) -> None:
        """Called in the child, which ends when this returns."""
        raise NotImplementedError

    def after(self, job: str) -> None:
        """Called in the server when the child is on its way."""

    @staticmethod
    def begin() -> None:
        """Called first of all in the server: what it imports stays, and looking for garbage takes a fourth of that."""
        gc.disable()

    def serve(self) -> None:
        """Answer requests until nobody is left who could make one."""
        gc.freeze()  # else each child's first collection would copy all that it shares with us
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        control = socket.socket(fileno=os.dup(0))
        while True:
            try:
                request, fds = messages.receive(control)
            except EOFError:
                return
            if request["op"] == "status":
                messages.send(control, _status(request))
                continue
            self.before(request["job"])
            messages.send(control, {"pid": self._fork(request["job"], fds[0], control)})
            self.after(request["job"])

    def _fork(self, job: str, fd: int, control: socket.socket) -> int:
        pid = os.fork()
        if pid:
            os.close(fd)
            return pid
        control.close()
        gc.enable()
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = 1
        try:
            self.run(job, socket.socket(fileno=fd))
            status = 0
        except (EOFError, ConnectionError, KeyboardInterrupt):
            pass  # nobody waits for it any more
        except BaseException:
            traceback.print_exc()  # of ours, for the log: what learners' code raises is data by now
        finally:
            sys.stderr.flush()
            os._exit(status)


def _status(request: messages.Message) -> messages.Message:
    try:
        pid, status = os.waitpid(request["pid"], 0 if request["wait"] else os.WNOHANG)
    except ChildProcessError:
        return {"status": 0}
    return {"status": os.waitstatus_to_exitcode(status) if pid else None}
