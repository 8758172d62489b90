"""The process that grades one notebook, from within; see `grader` for why there is one.

Its parent has imported what judging needs and read the lesson. It runs no learner's code: that is the kernel's.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbjudge.conversation.common.forks import Forks
from nbjudge.errors import CourseError, SandboxUnavailable, UnreadableNotebook
from nbjudge.given import Given
from nbjudge.kernels.common.preload import OF_GRADIENTS, OF_JUDGING, OF_TRAINING, PRELOAD
from nbjudge.patience import Taken
from nbjudge.settings import NBJudge
from nbjudge.words import size_in_words

if TYPE_CHECKING:  # they import nbgrader and torch, which takes as long as the warm parent, and is to be beside that
    from nbjudge.checks.runner import Collected, RunChecks
    from nbjudge.course import Course, Exercise
    from nbjudge.judging.judge import Judge
    from nbjudge.judging.known import Known, Transcript

_REQUEST_BYTES = 256 << 20
_OF_CHECKS = ("numpy.random", "jaxtyping")
_OF_OUR_OWN = ("explain", "pair")  # jobs that run the author's code in plain processes, and need no kernel


class _Graders(Forks):
    def __init__(self, job: dict[str, Any]):
        settings = NBJudge(**job["settings"])
        self._settings = settings
        of_gradients = OF_GRADIENTS if job["differentiates"] else ()
        of_judging = OF_JUDGING if job["exercises"] else ()
        left = {*OF_GRADIENTS, *OF_JUDGING} - {*of_gradients, *of_judging}
        modules = [name for name in PRELOAD if name not in left]
        modules += OF_TRAINING if job["trains"] else ()
        settings.kernel_modules = [*modules, *settings.course_modules]
        self._preload = tuple(settings.kernel_modules)
        self._obstacle, self._given = "", None
        with self._noting_obstacles():
            self._given = Given.find(settings.given) if settings.given else None
            settings.covers = [self._given.cover(settings.hidden_parts)] if self._given else []
        self._covers = tuple(settings.covers)
        self._parents = importlib.import_module("nbjudge.kernels.parent") if settings.sandbox != "none" else None
        if self._parents is not None and not self._obstacle:
            with self._noting_obstacles():
                self._parents.start_warm_parent(self._preload, self._covers)  # it imports while we do
        from nbjudge.autograde.seeds import course_secret
        from nbjudge.course import Course

        self._course, self._lesson = Course(Path(job["root"]), settings, job["sources"]), job["lesson"]
        self._exercises: list[str] = job["exercises"]
        self._secret = course_secret(self._course.root)
        self._run_checks: RunChecks | None = None  # where they have been collected
        self._mistakes: dict[str, list[Known]] = {}  # of those exercises, so that not every child has to read them
        self._unread: list[Exercise] = []  # whose mistakes are still to be read
        self._children: list[int] = []
        _import_all()
        self._set_text()
        if job["exercises"]:
            _import_all_of_judging([*_OF_CHECKS, *of_gradients, *settings.course_modules])

    def collect_and_serve(self) -> None:
        """Have pytest collect the lesson's checks once, for all children, and serve from within."""
        exercises = []
        for name in self._exercises:
            with contextlib.suppress(CourseError):  # what is wrong with it is said to whom it would judge
                exercise = self._course.exercise(name)
                if exercise.check_file.is_file():
                    exercises.append(exercise)
        if exercises:
            from nbjudge.checks.runner import collect

            self._find_given_parts(exercises)
            self._unread = exercises
            collect(exercises, self._serve)
        else:
            self.serve()

    def _serve(self, collected: Collected) -> None:
        self._run_checks = collected.run_checks
        self.serve()

    def _set_text(self) -> None:
        """Set the lesson's own text as pages, which all children would."""
        from nbjudge.autograde.inert import Inert
        from nbjudge.course import read_notebook

        inert = Inert(self._settings.hidden_delimiters)
        for path in self._course.lessons.get(self._lesson, []):
            with contextlib.suppress(Exception):  # whatever a broken notebook raises is said by whoever needs it
                for cell in read_notebook(path).cells:
                    if cell.cell_type == "markdown":
                        inert.clean(cell)

    def _find_given_parts(self, exercises: list[Exercise]) -> None:
        """Find out what of the given parts comes within reach when each exercise has been judged."""
        if self._given is not None:
            for one in exercises:
                self._given.added(self._course.names_from(one.name), self._course.names_after(one.name))

    def end_children(self) -> None:
        """Nobody waits for them any more: without this, one would live until its learner's cell has ended."""
        for pid in self._children:
            with contextlib.suppress(ChildProcessError):  # it has ended, and somebody asked how
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    os.kill(pid, signal.SIGKILL)

    def _fork(self, job: str, fd: int, control: socket.socket) -> int:
        self._children.append(super()._fork(job, fd, control))
        return self._children[-1]

    def before(self, job: str) -> None:
        if job in _OF_OUR_OWN:
            from nbjudge.conversation.worker import warm_up

            warm_up(self._settings.course_modules)
        else:
            self._prepare()

    def after(self, job: str) -> None:
        if job in _OF_OUR_OWN:
            return
        if self._parents is not None:
            self._parents.hand_over_spares()
            self._prepare()  # while the child is at work
        while self._unread:
            self._read_mistakes(self._unread.pop())

    def _read_mistakes(self, exercise: Exercise) -> None:
        from nbjudge.judging import known  # which imports torch

        with contextlib.suppress(CourseError):  # it is said by the child that would name them
            found = known.load(exercise)
            if found is not None:
                self._mistakes[exercise.name] = found

    def _prepare(self) -> None:
        """Have a kernel ready for the next child."""
        if self._parents is not None and not self._obstacle:
            with self._noting_obstacles(), contextlib.suppress(self._parents.ParentDied):
                self._parents.warm_parent(self._preload, self._covers).prepare(self._settings.limits)

    def run(self, job: str, sock: socket.socket) -> None:
        with Connection(sock.detach()) as connection:
            if job in _OF_OUR_OWN:
                request = json.loads(connection.recv_bytes(_REQUEST_BYTES))
                connection.send_bytes(json.dumps(self._of_our_own(job, request)).encode())
                return
            if self._parents is not None:
                self._parents.adopt_parents()
                _bound(self._settings.grader_bytes)
            if job == "measure":
                request = json.loads(connection.recv_bytes(_REQUEST_BYTES))
                connection.send_bytes(json.dumps(asdict(self._taken(request["notebook"]))).encode())
                return
            child = _Child(connection, self._settings, self._given, self._obstacle, self._secret)
            child.serve(self._course, functools.cache(lambda: self._judge(child)))

    def _of_our_own(self, job: str, request: dict[str, str]) -> dict[str, Any]:
        if job == "explain":
            self._judge().judge_mistakes(request["exercise"])
            return {}
        names = request["first"], request["second"]
        found = self._judge().run_pair(request["exercise"], names, request["check"])
        return found.as_json() if found is not None else {}

    def _taken(self, notebook: str) -> Taken:
        """What the reference solution of a notebook takes; of one that cannot be found, nothing is known."""
        from nbjudge.autograde.grading import taken
        from nbjudge.autograde.seeds import seed_of

        for path in self._course.lessons.get(self._lesson, []):
            if path.stem == notebook:
                seed = seed_of(self._secret, notebook)
                return taken(path, self._settings, self._course, self._judge, seed, self._given)
        return Taken()

    def _judge(self, child: _Child | None = None) -> Judge:
        from nbjudge.checks.runner import run_checks
        from nbjudge.judging.judge import Judge

        explain, run_pair = (child.explain, child.run_pair) if child is not None else (None, None)
        return Judge(self._course, explain, self._run_checks or run_checks, self._mistakes, run_pair)

    @contextlib.contextmanager
    def _noting_obstacles(self) -> Iterator[None]:
        try:
            yield
        except (CourseError, SandboxUnavailable) as error:
            self._obstacle = str(error)


def _import_all() -> None:
    """All that a child would import, or compile, at first."""
    from nbjudge.autograde import grading, placing  # noqa: F401 - what a child will need
    from nbjudge.autograde.inert import Inert
    from nbjudge.autograde.submission import new_cell

    for kind in ("code", "markdown"):
        Inert([]).clean(new_cell("cell", kind, "1", {}))


def _import_all_of_judging(modules: list[str]) -> None:
    """The same, of what only a lesson with exercises needs, `modules` too: it takes longer than all the rest."""
    import torch

    from nbjudge.judging import judge  # noqa: F401 - what a child will need

    torch.set_num_threads(1)
    for name in modules:
        with contextlib.suppress(ImportError):  # what the course lacks is reported by the cell that needs it
            importlib.import_module(name)


def _obstacle(settings: NBJudge) -> str:
    """What keeps this machine from keeping strangers' code apart, found by trying; empty where nothing does."""
    if settings.sandbox == "none":
        return ""
    from nbjudge.kernels import require_sandbox

    try:
        require_sandbox(tuple(settings.kernel_modules), tuple(settings.covers))
    except SandboxUnavailable as error:
        return str(error)
    return ""


def _bound(memory: int) -> None:
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, mapped + memory))


class _Child:
    def __init__(self, connection: Connection, settings: NBJudge, given: Given | None, obstacle: str, secret: str):
        self._connection, self._settings, self._given = connection, settings, given
        self._obstacle, self._secret = obstacle, secret
        self._waited = 0.0  # for what was done beside

    def serve(self, course: Course, judge: Callable[[], Judge]) -> None:
        """Answer until nobody asks any more."""
        with contextlib.suppress(EOFError):
            while True:
                request = json.loads(self._connection.recv_bytes(_REQUEST_BYTES))
                self._connection.send_bytes(json.dumps(self._answer(request, course, judge)).encode())

    def explain(self, exercise: str) -> None:
        """Ask for what is known of an exercise's mistakes, and wait for it."""
        self._beside("explain", exercise=exercise)

    def run_pair(self, exercise: str, names: tuple[str, str], check: str) -> Transcript | None:
        """Ask what two known mistakes answer when they are merged, and wait for it."""
        from nbjudge.judging.known import transcript_of

        first, second = names
        found = self._beside("pair", exercise=exercise, first=first, second=second, check=check)
        return transcript_of(found) if found else None

    def measure(self, notebook: str) -> Taken:
        """Ask what the reference solution of a notebook takes, and wait for it."""
        return Taken(**self._beside("measure", notebook=notebook))

    def _beside(self, job: str, **request: str) -> dict[str, Any]:
        """Have another process do something that is done once for all notebooks; returns what came of it."""
        began = time.monotonic()
        self._connection.send_bytes(json.dumps({"beside": job, "request": request}).encode())
        found: dict[str, Any] = json.loads(self._connection.recv_bytes(_REQUEST_BYTES))
        self._waited += time.monotonic() - began
        return found

    def _answer(self, request: dict[str, Any], course: Course, judge: Callable[[], Judge]) -> dict[str, Any]:
        from nbjudge.autograde.grading import run
        from nbjudge.autograde.placing import place
        from nbjudge.autograde.seeds import seed_of
        from nbjudge.autograde.submission import read_cells

        try:
            if request["op"] == "read":
                return {"cells": read_cells(Path(request["path"]), self._settings.notebook_bytes)}
            if request["op"] == "place":
                return asdict(place(request["cells"], request["anchors"], self._settings.hidden_delimiters))
            if request["op"] == "prove":
                return {"obstacle": self._obstacle or _obstacle(self._settings)}
            seed = seed_of(self._secret, *request["whose"])
            measure = functools.partial(self.measure, request["whose"][-1])
            return run(request, course, judge, self._settings, seed, self._given, measure, lambda: self._waited)
        except UnreadableNotebook as error:
            return {"unreadable": str(error)}
        except MemoryError:
            return {"lost": f"judging it took more than {size_in_words(self._settings.grader_bytes)} of memory"}


def main() -> None:
    """Started by `grader.Grader`, with the course and its settings as JSON in the first argument."""
    _Graders.begin()
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    job = json.loads(sys.argv[1])
    sys.path[:0] = job["paths"]
    graders = _Graders(job)
    graders.collect_and_serve()
    graders.end_children()


if __name__ == "__main__":
    main()
