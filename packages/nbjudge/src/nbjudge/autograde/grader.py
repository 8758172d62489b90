"""The process that grades one notebook, seen from nbgrader's: it is expendable.

Whatever handles a stranger's bytes (reading the notebook, the talk with its kernel, judging, the reference solution on
what the learner's code led it to, cleaning of outputs) runs there, within a limit of memory, and is ended from here
when its time is up. nbgrader's own process reads what comes back, which that process has cleaned and measured.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import threading
import weakref
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from nbjudge.conversation.common.forks import ForkServer
from nbjudge.errors import UnreadableNotebook
from nbjudge.settings import NBJudge

if TYPE_CHECKING:  # they import nbgrader, beside which the parent of the processes is to start
    from nbformat import NotebookNode

    from nbjudge.autograde.placing import Anchor, Placed

_MODULE = "nbjudge.autograde.expendable"
_ANSWER_BYTES = 256 << 20
_PROVE_SECONDS = 300  # for all imports, and a kernel
_READ_SECONDS = 60  # to read a notebook; it takes some milliseconds
_MORE_SECONDS = 120  # for judging and cleaning, beside the time that a notebook's cells may take
_BESIDE_SECONDS = 900  # for what is done once for all notebooks
_BESIDE = {  # and takes so long that it is said
    "explain": "finding out how the known mistakes of {exercise} fare",
    "measure": "measuring what the reference solution of {notebook} takes",
}


class GraderLost(Exception):
    """The process was ended, or ended; the message says why, in words for a person."""


class Graded(Protocol):
    """Whoever answers for one notebook: its process, or who has asked that process before."""

    def read(self, path: Path) -> list[dict[str, Any]]: ...

    def place(self, cells: list[NotebookNode], anchors: list[Anchor]) -> Placed: ...

    def run(self, nb: NotebookNode, folder: Path, handed_in: Path, whose: list[str]) -> dict[str, Any]: ...

    def end(self) -> None: ...


class Graders(Protocol):
    """Whoever grades the notebooks of one batch, one after another; see `Grader`."""

    def obstacle(self) -> str: ...

    def begin(self) -> Graded: ...

    def close(self) -> None: ...


class Grader:
    """The parent of all the processes that grade the notebooks of one batch. `job` is made by `job.job_of`."""

    def __init__(self, job: dict[str, Any], settings: NBJudge, log: logging.Logger):
        self._settings, self._log = settings, log
        self._server = ForkServer(_MODULE, (json.dumps(job),))
        self._server.start()
        self._begun: list[Grading] = []
        self._found: dict[str, bytes] = {}
        self._end = weakref.finalize(self, _close, self._begun, self._server)

    def obstacle(self) -> str:
        """What keeps this machine from grading; empty where nothing does. It is found by starting a kernel."""
        grading = self.begin()
        try:
            return grading.obstacle()
        except GraderLost as lost:
            return f"the grader could not start: {lost}"
        finally:
            grading.end()

    def close(self) -> None:
        """No notebook is graded any more."""
        self._end()

    def begin(self) -> Grading:
        """A process for one notebook; that of the notebook before is ended."""
        while self._begun:
            self._begun.pop().end()
        self._begun.append(Grading(self._server, self._settings, self._log, self._found))
        return self._begun[0]


class Grading:
    """One notebook's process, and our talk with it."""

    def __init__(self, server: ForkServer, settings: NBJudge, log: logging.Logger, found: dict[str, bytes]):
        """`found` is what has been done once for all notebooks of the batch, by what was asked."""
        self._server, self._settings, self._log, self._found = server, settings, log, found
        self._pid, self._connection = _spawn(server, "grade")
        self._why, self._busy = "", False

    def obstacle(self) -> str:
        """What keeps this machine from keeping strangers' code apart; empty where nothing does."""
        found: str = self._ask({"op": "prove"}, _PROVE_SECONDS)["obstacle"]
        return found

    def read(self, path: Path) -> list[dict[str, Any]]:
        """The cells of the notebook at `path`. Raises `UnreadableNotebook`, or `GraderLost`."""
        answer = self._ask({"op": "read", "path": str(path)}, _READ_SECONDS)
        if "unreadable" in answer:
            raise UnreadableNotebook(answer["unreadable"])
        cells: list[dict[str, Any]] = answer["cells"]
        return cells

    def place(self, cells: list[NotebookNode], anchors: list[Anchor]) -> Placed:
        """What was handed in, with the instructor's cells, as it is to be graded. Raises `GraderLost`."""
        from nbjudge.autograde.placing import Placed

        return Placed(**self._ask({"op": "place", "cells": cells, "anchors": anchors}, _READ_SECONDS))

    def run(self, nb: NotebookNode, folder: Path, handed_in: Path, whose: list[str]) -> dict[str, Any]:
        """Run and judge a notebook: what its cells put out, and what becomes of its grading cells."""
        request = {"op": "run", "notebook": nb, "folder": str(folder), "handed_in": str(handed_in), "whose": whose}
        return self._ask(request, self._settings.submission_seconds + _MORE_SECONDS)

    def end(self) -> None:
        """Let it end, or make it."""
        if not self._connection.closed:
            self._connection.close()
            if self._busy:
                self._kill("nobody waits for it any more")
            self._server.status(self._pid, wait=True)

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._busy = True
        try:
            self._connection.send_bytes(json.dumps(request).encode())
            while True:
                with self._ended_after(seconds):
                    answer: dict[str, Any] = json.loads(self._connection.recv_bytes(_ANSWER_BYTES))
                if "beside" not in answer:
                    break
                self._connection.send_bytes(self._beside(answer["beside"], answer["request"]))
        except (EOFError, OSError) as error:
            raise GraderLost(self._reason()) from error
        self._busy = False
        if "lost" in answer:
            raise GraderLost(answer["lost"])
        return answer

    @contextlib.contextmanager
    def _ended_after(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._kill, (f"judging it did not end within {seconds:g} seconds",))
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _kill(self, why: str) -> None:
        self._why = why
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def _reason(self) -> str:
        status = self._server.status(self._pid, wait=True)
        return self._why or f"the process that judged it ended (status {status})"

    def _beside(self, job: str, request: dict[str, str]) -> bytes:
        """Have another process do what is done once for all notebooks: see how the known mistakes of an exercise fare
        (`explain`), or two of them in one answer (`pair`), or what the reference solution takes (`measure`). Nothing
        comes of it where that fails."""
        asked = json.dumps({"job": job, **request})
        if asked not in self._found:
            if job in _BESIDE:
                self._log.info("%s; this is done once", _BESIDE[job].format(**request))
            pid, connection = _spawn(self._server, job)
            with connection:
                connection.send_bytes(json.dumps(request).encode())
                self._found[asked] = b"{}"
                if not connection.poll(_BESIDE_SECONDS):
                    os.kill(pid, signal.SIGKILL)
                else:
                    with contextlib.suppress(EOFError, OSError):
                        self._found[asked] = connection.recv_bytes(_ANSWER_BYTES)
            self._server.status(pid, wait=True)
        return self._found[asked]


def _spawn(server: ForkServer, job: str) -> tuple[int, Connection]:
    ours, theirs = socket.socketpair()
    with theirs:
        pid = server.spawn(theirs.fileno(), job)
    return pid, Connection(ours.detach())


def _close(begun: list[Grading], server: ForkServer) -> None:
    while begun:
        begun.pop().end()
    server.close()
