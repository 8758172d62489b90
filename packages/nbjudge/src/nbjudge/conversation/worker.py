"""A process of our own that runs plain Python as if it were a learner's cell: for `check`, `audit` and CI.

It keeps the code apart from the judge, but is no sandbox: it is for files that the author trusts.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path

from nbjudge.answer_text import AnswerText
from nbjudge.conversation.common import messages, wire
from nbjudge.conversation.connection import Connection
from nbjudge.conversation.processes import Process, server, start
from nbjudge.course import Exercise
from nbjudge.source_text import bound_names, plain_python
from nbjudge.words import exit_in_words

# The last one is imported by torch's first backward pass, which would otherwise cost every process 0.2 s.
PRELOAD = ("nbjudge.conversation.inside.serve", "jaxtyping", "torch.fx.experimental.symbolic_shapes")


def warm_up(course_modules: tuple[str, ...]) -> None:
    """Begin now with what the first worker would wait for."""
    server((*PRELOAD, *course_modules)).start()


class Worker:
    """Runs the source of one exercise, and serves its object. The judge's host for plain Python."""

    def __init__(
        self,
        exercise: Exercise,
        cells: Sequence[str],
        earlier_names: Sequence[str] = (),
        folder: Path | None = None,
        text: Sequence[str] | None = None,
    ):
        """`cells` are the learner's, which are run in their order; `earlier_names` stand for the given parts.

        `text` is what is read of them, if that is not what is run; `folder` is what was handed in beside them.
        """
        settings = exercise.course.settings
        self._job: messages.Job = {
            "setup": plain_python(exercise.setup),
            "cells": [plain_python(cell) for cell in cells],
            "expression": exercise.expression,
            "earlier_names": list(earlier_names),
            "given": settings.given,
            "out_of_reach": list(exercise.course.names_from(exercise.name)) if settings.given else [],
        }
        self.folder = folder
        self.answer = AnswerText(exercise.expression, cells if text is None else text, [exercise.setup], earlier_names)
        self._preload = (*PRELOAD, *settings.course_modules)
        self._process: Process | None = None
        self._socket: socket.socket | None = None

    def connect(self) -> Connection:
        """A conversation with the served object, in a new process."""
        self._process, self._socket = start(self._preload)
        wire.Channel(self._socket).send(self._job, {})
        return Connection(self._socket)

    def interrupt(self) -> None:
        """Interrupt the call that runs, as Ctrl-C does."""
        if self._process is not None:
            self._process.interrupt()

    def kill(self) -> str:
        """End the process; returns why it had ended by itself, or an empty string."""
        process, self._process = self._process, None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if process is None:
            return ""
        status = _status_soon(process)
        if status is None:
            process.kill()
            process.status(wait=True)
            return ""
        return exit_in_words(status)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _status_soon(process: Process) -> int | None:
    """A process that closed its socket may need a moment to end."""
    for _ in range(20):
        status = process.status()
        if status is not None:
            return status
        time.sleep(0.005)
    return None


def source_worker(exercise: Exercise, source: str, folder: Path | None = None) -> Worker:
    """A process that holds what `source` defines for `exercise`; by default with the reference's files.

    Earlier names that `source` defines itself stay its own.
    """
    own = bound_names(source)
    earlier = [name for name in exercise.earlier_names if name not in own]
    return Worker(exercise, [source], earlier, folder or exercise.artifacts)


def solution_worker(exercise: Exercise) -> Worker:
    """A process that holds the reference solution."""
    return source_worker(exercise, exercise.solution)
