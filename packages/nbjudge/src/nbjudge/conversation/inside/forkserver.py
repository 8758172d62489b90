"""The fork server of workers, which run plain Python as if it were a learner's cell."""

from __future__ import annotations

import ast
import contextlib
import importlib
import linecache
import os
import socket
import sys
from collections.abc import Iterable
from typing import Any, cast

from nbjudge.conversation.common import messages
from nbjudge.conversation.common.forks import Forks


class _Workers(Forks):
    def run(self, job: str, sock: socket.socket) -> None:
        run_job(sock)


def main(preload: list[str]) -> None:
    """Serve until standard input ends."""
    _Workers.begin()
    import_all(preload)
    _Workers().serve()


def import_all(preload: Iterable[str]) -> None:
    """What a worker finds imported."""
    import torch

    torch.set_num_threads(1)
    for name in preload:
        with contextlib.suppress(ImportError):  # what the course lacks is reported by the cell that needs it
            importlib.import_module(name)


def run_job(sock: socket.socket) -> None:
    """In the new process: hear the job; then the setup, the earlier names from the given parts, the learner's code."""
    from nbjudge.conversation.common import names, wire
    from nbjudge.conversation.inside import reach, serve

    document, _ = wire.Channel(sock).receive()
    job = cast(messages.Job, document)
    _silence()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    try:
        if job["out_of_reach"]:
            with contextlib.suppress(ImportError):  # then nothing of it is within reach
                reach.take(job["given"], job["out_of_reach"])
        _execute(job["setup"], "<setup>", namespace)
        names.rebind(namespace, job["earlier_names"], job["given"])
        _run_cells(job, namespace)
    except BaseException as error:  # reported to the judge
        wire.Channel(sock).send({"id": 0, "error": serve.error_as_data(error)}, {})
        return
    serve.serve(sock, namespace, job["expression"], job["earlier_names"], job["given"])


def _run_cells(job: messages.Job, namespace: dict[str, Any]) -> None:
    """Run the learner's cells, as a notebook does: one that fails keeps no other from running.

    Raises what the first of them raised, where what is to be served is not there in the end.
    """
    failed: BaseException | None = None
    for number, cell in enumerate(job["cells"], 1):
        try:
            _execute(cell, f"<cell {number}>", namespace)
        except BaseException as error:  # an exit as well
            failed = failed or error
    wanted = {node.id for node in ast.walk(ast.parse(job["expression"])) if isinstance(node, ast.Name)}
    if failed is not None and not wanted <= namespace.keys():
        raise failed


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
