"""Judging where the notebook runs: for an author's `judge(...)` line, and for a learner's `check(...)` line."""

from __future__ import annotations

import atexit
import ctypes
import socket
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbjudge.answer_text import AnswerText
from nbjudge.conversation.common.names import rebind, restore
from nbjudge.conversation.connection import Connection
from nbjudge.conversation.inside import serve
from nbjudge.course import Course, Exercise, course_at
from nbjudge.errors import CourseError
from nbjudge.judging.judge import Judge
from nbjudge.judging.verdict import Verdict, as_html, as_text

_SOON_SECONDS, _END_SECONDS = 0.2, 2.0
_threads = weakref.WeakSet[threading.Thread]()
_EARLIER = "Your own earlier answers cost points here; with the given ones in their place, this is the result."


class InProcess:
    """An object of this process, served by a thread.

    `cells` is the code that defines it, where that is known; `replaced` are names that stand for something else now.
    """

    def __init__(self, obj: object, expression: str = "", cells: Sequence[str] = (), replaced: Sequence[str] = ()):
        self._object = obj
        self._thread: threading.Thread | None = None
        self.answer = AnswerText(expression, cells, replaced=replaced)
        self.folder = Path.cwd()

    def connect(self) -> Connection:
        """A conversation with the object, in a new thread."""
        ours, theirs = socket.socketpair()
        self._thread = threading.Thread(target=serve.Server(theirs, self._object).run, daemon=True)
        self._thread.start()
        _threads.add(self._thread)
        return Connection(ours)

    def interrupt(self) -> None:
        """Have the thread raise KeyboardInterrupt, as soon as it runs Python code."""
        if self._thread is not None:
            _interrupt(self._thread)

    def kill(self) -> str:
        """A thread cannot be ended from outside: it is interrupted, and left."""
        self.interrupt()
        return ""


def _interrupt(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ident = ctypes.c_ulong(thread.ident)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(KeyboardInterrupt))


@atexit.register
def _end_threads() -> None:
    """Where Python ends while a thread is at work in torch, the whole process is aborted."""
    for thread in list(_threads):
        thread.join(_SOON_SECONDS)
        if thread.is_alive():
            _interrupt(thread)
            thread.join(_END_SECONDS)


def judge(exercise: str, obj: object) -> Verdict:
    """Judge an object of this process, and show the table: what a grading cell of a source notebook runs.

    The verdict reads as the score, which is how nbgrader takes partial credit.
    """
    return Judge(Course()).judge(exercise, InProcess(obj))


class Shown:
    """A verdict as a learner sees it, in a notebook or in a terminal."""

    def __init__(self, verdict: Verdict):
        self._verdict = verdict
        self.score, self.max_score = verdict.score, verdict.max_score

    def __repr__(self) -> str:
        return as_text(self._verdict)

    def _repr_html_(self) -> str:
        return as_html(self._verdict, self.max_score)


def judge_here(exercise: str, answer: object, folder: Path) -> Shown | None:
    """Judge a learner's `answer` in this process by the checks of the course at or above `folder`.

    None where there is no such course, or where it keeps its checks to itself. It is registered as an entry point of
    the group `notebook.judges`.
    """
    try:
        wanted = course_at(folder).exercise(exercise)
        _ = wanted.check_file
    except CourseError:
        return None
    namespace = vars(sys.modules["__main__"])
    cells = [str(cell) for cell in namespace.get("In", ())]
    judge = Judge(wanted.course, seconds_for_pairs=0)  # a person waits: processes for them take seconds to start
    verdict = judge.judge(exercise, InProcess(answer, wanted.expression, cells))
    if not verdict.passed and not verdict.mistakes:
        # As when graded: what earlier answers lack costs there, not here.
        with _given_earlier(wanted, namespace) as replaced:
            if replaced:
                again = judge.judge(exercise, InProcess(answer, wanted.expression, cells, replaced))
                if again.score > verdict.score:
                    verdict = again
                    verdict.notes.append(_EARLIER)
    return Shown(verdict)


@contextmanager
def _given_earlier(exercise: Exercise, namespace: dict[str, Any]) -> Iterator[list[str]]:
    """Have the given parts stand for the earlier exercises of the lesson; the names of those that they stand for."""
    names = [name for name in exercise.earlier_names if name in namespace]
    saved = rebind(namespace, names, exercise.course.settings.given)
    try:
        yield list(saved)
    finally:
        restore(namespace, saved)
