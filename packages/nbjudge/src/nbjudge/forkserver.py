"""A process that has imported torch and forks from there, so that a new worker costs milliseconds.

Python's own fork server imports the caller's main module anew in every child, which costs seconds under
`nbgrader` and `pytest`; this one imports nothing of the caller's. It is asked in JSON over its standard input,
a Unix socket, which also carries the descriptor that a child serves on.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading

_SIZE = 8  # bytes of a request's length


class ForkServer:
    """The caller's end: starts the server with the first fork, and again whenever it has ended."""

    def __init__(self, preload: tuple[str, ...]):
        self._preload = preload
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None

    def spawn(self, job: dict, fd: int) -> int:
        """Fork a child that runs `job` on the socket `fd`; returns its process id."""
        return self._ask({"op": "spawn", **job}, [fd])["pid"]

    def status(self, pid: int, wait: bool = False) -> int | None:
        """The exit status of a child (negative: the signal that ended it), or None while it runs."""
        return self._ask({"op": "status", "pid": pid, "wait": wait}, [])["status"]

    def _ask(self, request: dict, fds: list[int]) -> dict:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            data = json.dumps(request).encode()
            socket.send_fds(self._socket, [len(data).to_bytes(_SIZE, "big")], fds)
            self._socket.sendall(data)
            return json.loads(_read(self._socket))

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-m", "nbjudge.forkserver", *self._preload]
        self._process = subprocess.Popen(command, stdin=theirs, start_new_session=True)
        theirs.close()


def _read(sock: socket.socket) -> bytes:
    """One message; empty when the other side is gone."""
    head = sock.recv(_SIZE, socket.MSG_WAITALL)
    return sock.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else b""


def main(preload: list[str]) -> None:
    """Serve until standard input ends."""
    import torch

    torch.set_num_threads(1)
    for name in preload:
        with contextlib.suppress(ImportError):  # what the course lacks is reported by the cell that needs it
            importlib.import_module(name)
    from nbjudge.worker import run_job

    gc.freeze()  # else each child's first collection would copy all that it shares with us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    while True:
        head, fds, _, _ = socket.recv_fds(control, _SIZE, 1)
        if not head:
            return
        request = json.loads(control.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        answer = _status(request) if request["op"] == "status" else {"pid": _fork(request, fds[0], control, run_job)}
        data = json.dumps(answer).encode()
        control.sendall(len(data).to_bytes(_SIZE, "big") + data)


def _status(request: dict) -> dict:
    try:
        pid, status = os.waitpid(request["pid"], 0 if request["wait"] else os.WNOHANG)
    except ChildProcessError:
        return {"status": 0}
    return {"status": os.waitstatus_to_exitcode(status) if pid else None}


def _fork(request: dict, fd: int, control: socket.socket, run) -> int:
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    control.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run(socket.socket(fileno=fd), request)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
