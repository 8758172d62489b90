"""A process that has imported torch and forks from there, so that a new worker costs milliseconds.

Python's own fork server imports the caller's main module anew in every child, which costs seconds under
`nbgrader` and `pytest`; this one imports nothing of the caller's. Its standard input is a Unix socket, over which it
is asked in the messages of `nbjudge.conversation.common.messages`. What a child is to run, it hears itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import linecache
import os
import signal
import socket
import sys
from typing import Any, cast

from nbjudge.conversation.common import messages


def main(preload: list[str]) -> None:
    """Serve until standard input ends."""
    import torch

    torch.set_num_threads(1)
    for name in preload:
        with contextlib.suppress(ImportError):  # what the course lacks is reported by the cell that needs it
            importlib.import_module(name)
    gc.freeze()  # else each child's first collection would copy all that it shares with us
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(0))
    while True:
        try:
            request, fds = messages.receive(control)
        except EOFError:
            return
        answer = _status(request) if request["op"] == "status" else {"pid": _fork(fds[0], control)}
        messages.send(control, answer)


def _status(request: messages.Message) -> messages.Message:
    try:
        pid, status = os.waitpid(request["pid"], 0 if request["wait"] else os.WNOHANG)
    except ChildProcessError:
        return {"status": 0}
    return {"status": os.waitstatus_to_exitcode(status) if pid else None}


def _fork(fd: int, control: socket.socket) -> int:
    pid = os.fork()
    if pid:
        os.close(fd)
        return pid
    control.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run_job(socket.socket(fileno=fd))
    finally:
        os._exit(0)


def run_job(sock: socket.socket) -> None:
    """In the new process: hear the job; then the setup, the earlier names from the given parts, the learner's code."""
    from nbjudge.conversation.common import names, wire
    from nbjudge.conversation.inside import serve

    document, _ = wire.Channel(sock).receive()
    job = cast(messages.Job, document)
    _silence()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        _execute(job["setup"], "<setup>", namespace)
        names.rebind(namespace, job["earlier_names"], job["given"])
        _execute(job["source"], "<solution>", namespace)
    except BaseException as error:  # reported to the judge
        wire.Channel(sock).send({"id": 0, "error": serve.error_as_data(error)}, {})
        return
    serve.serve(sock, namespace, job["expression"], job["earlier_names"], job["given"])


def _execute(source: str, name: str, namespace: dict[str, Any]) -> None:
    linecache.cache[name] = len(source), None, source.splitlines(True), name  # so that an error can show its line
    exec(compile(source, name, "exec"), namespace)


def _silence() -> None:
    """What the code prints is of no interest here, and a terminal is no place for it."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in ("r", "w", "w"))  # noqa: SIM115
    os.environ["NBGRADER_EXECUTION"] = "autograde"


if __name__ == "__main__":
    main(sys.argv[1:])
