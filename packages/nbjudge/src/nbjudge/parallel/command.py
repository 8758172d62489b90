"""What the commands have in common that do nbgrader's work in parallel: how they are called, stopped and heard."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import NbGraderException


class WrongCall(NbGraderException):
    """The command was called wrongly; the message says how."""


def name_lesson(application: NbGrader) -> None:
    """Take the lesson from the arguments that nbgrader has left. Raises `WrongCall`."""
    if len(application.extra_args) > 1:
        raise WrongCall(f"one lesson at a time, not {len(application.extra_args)}: {', '.join(application.extra_args)}")
    if application.extra_args:
        application.coursedir.assignment_id = application.extra_args[0]
    if not application.coursedir.assignment_id:
        raise WrongCall("name the lesson")


def with_log_level(arguments: Sequence[str], quiet: bool) -> list[str]:
    """The arguments, with which nbgrader says only what must be said, unless more is asked for."""
    if quiet:
        return ["--quiet", *arguments]
    if any(one.startswith(("--debug", "--log-level")) for one in arguments):
        return list(arguments)
    return ["--log-level=WARN", *arguments]


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, or an end was asked for; for the second time, it ends at once."""
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def above_bar(log: logging.Logger | logging.LoggerAdapter[Any]) -> Iterator[None]:
    """Let what is logged stand above a bar, which has taken the place of the error output."""
    handlers = [
        one
        for one in getattr(log, "handlers", [])
        if isinstance(one, logging.StreamHandler) and not isinstance(one, logging.FileHandler)
    ]
    streams = [handler.setStream(sys.stderr) for handler in handlers]
    try:
        yield
    finally:
        for handler, stream in zip(handlers, streams, strict=True):
            if stream is not None:
                handler.setStream(stream)
