"""Grades a class again and again, and is killed at random moments; run as a program, which imports once and forks.

What workers answer was stored before, so that a run takes moments, and its kills fall between all its steps.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from nbjudge.parallel.answers import Answers
from nbjudge.parallel.application import autograde
from nbjudge.parallel.bundle import Bundle
from nbjudge.parallel.cluster import local_crew
from rich.console import Console
from toy import LESSON

from .school import School, files, rows


class StoredCrew:
    """Answers at once, with what was stored."""

    def __init__(self, stored: dict[str, Any]):
        self._stored = stored

    def take(self, bundle: Bundle) -> None:
        assert bundle.data

    def obstacle(self) -> str:
        return ""

    def ask(self, data: bytes) -> dict[str, Any]:
        raise AssertionError("what is asked was not stored")

    def graded(
        self, names: Sequence[str], make: Callable[[str], bytes], stopped: Callable[[], bool]
    ) -> Iterator[tuple[str, Answers]]:
        for name in names:
            assert make(name) and not stopped()
            yield name, Answers(self._stored[Path(name).parent.name])


class StoringCrew(StoredCrew):
    """Asks real workers, and stores what they answer."""

    def __init__(self, crew: Any):
        super().__init__({})
        self._crew = crew
        self.take, self.obstacle = crew.take, crew.obstacle

    def graded(self, names, make, stopped):
        for name, answers in self._crew.graded(names, make, stopped):
            self._stored[Path(name).parent.name] = dict(answers.found)
            yield name, answers


def grade(school: School, crew: Callable[..., Any], *options: str) -> None:
    os.chdir(school.root)
    tally = autograde([school.lesson, *options], crew, Console(stderr=True), quiet=True)
    assert not tally.failed and not tally.unfinished, tally


def answers_of(school: School) -> dict[str, Any]:
    """Grade the class by real workers; returns all that they answered."""
    stored: dict[str, Any] = {}

    @contextmanager
    def crew(log, submissions):
        with local_crew(None, log, submissions) as real:
            storing = StoringCrew(real)
            yield storing
            stored.update(storing._stored)

    grade(school, crew)
    return stored


class Fate:
    """Lets a process be killed before it changes the disk for the n-th time; or counts how often it does."""

    CHANGES = ("os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate")

    def __init__(self) -> None:
        self.changes, self.last = 0, -1
        sys.addaudithook(self._notice)

    def _notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in self.CHANGES:
            self.changes += 1
            if self.changes == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def killed(fate: Fate, changes: int, seconds: float, run: Callable[[], None]) -> bool:
    """Run something in a process that is killed after so long, or before so many changes; returns whether it was."""
    pid = os.fork()
    if not pid:
        fate.changes, fate.last = 0, changes
        try:
            run()
            os._exit(0)
        finally:
            os._exit(1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert os.WIFSIGNALED(status) or status == 0, "a run that nobody killed has failed"
            return os.WIFSIGNALED(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def done_of(school: School) -> dict[str, int]:
    """When each file of those that are graded was written; where a mark stands, a grading is not finished."""
    marks = (school.root / ".nbjudge/grading").glob("*")
    begun = {json.loads(mark.read_text() or '""') for mark in marks}
    folders = [folder for folder in school.root.glob(f"autograded/*/{LESSON}") if str(folder) not in begun]
    return {str(path): path.stat().st_mtime_ns for folder in folders for path in folder.rglob("*")}


class Torment:
    """Copies of a class are graded, killed, and finished."""

    def __init__(self, new: School, graded: School, fate: Fate, root: Path):
        """`graded` is what becomes of `new`."""
        self._new, self._graded, self._fate, self._root = new, graded, fate, root
        self._whole = rows(graded.root / "gradebook.db"), files(graded.root / "autograded")
        self._copies = itertools.count()

    def at_every_change(self, crew: Callable[..., Any]) -> int:
        """Killed before each change of the disk, once, where all was graded before, and is graded anew."""
        for change in itertools.count(1):
            copy, run = self._begin(crew, again=True)
            if not killed(self._fate, change, 1000, run):
                return change - 1
            self._finish(copy, crew)
        raise AssertionError

    def at_moments(self, crew: Callable[..., Any], times: int, seconds: float) -> int:
        """Killed at random moments of the first `seconds`, and whoever goes on is killed, too. Returns how often."""
        count = 0
        while count < times:
            copy, run = self._begin(crew, random.random() < 0.5)
            while killed(self._fate, -1, random.uniform(0, seconds), run):
                count += 1
                run = partial(grade, copy, crew)  # whoever begins anew goes on with what is missing
            self._finish(copy, crew)
        return count

    def _begin(self, crew: Callable[..., Any], again: bool) -> tuple[School, Callable[[], None]]:
        copy = (self._graded if again else self._new).copy(self._root / f"copy-{next(self._copies)}")
        return copy, partial(grade, copy, crew, *["--force"] * again)

    def _finish(self, copy: School, crew: Callable[..., Any]) -> None:
        before = done_of(copy)
        grade(copy, crew)
        assert done_of(copy).items() >= before.items(), "what was done was done again"
        assert rows(copy.root / "gradebook.db") == self._whole[0]
        assert files(copy.root / "autograded") == self._whole[1]
        assert not list((copy.root / ".nbjudge").glob("grading/*"))
        shutil.rmtree(copy.root)


def main() -> None:
    root, kills, real_kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    seed = random.randrange(1 << 32)
    random.seed(seed)
    print(f"moments follow from {seed}", flush=True)
    new = School(root / "new")
    graded = new.copy(root / "graded")
    stored = answers_of(graded)

    @contextmanager
    def crew(_log: object, _submissions: int) -> Iterator[StoredCrew]:
        yield StoredCrew(stored)

    torment = Torment(new, graded, Fate(), root / "torment")
    print(f"killed before each of {torment.at_every_change(crew)} changes", flush=True)
    began = time.monotonic()
    grade(new.copy(root / "timed"), crew)
    print(f"killed at {torment.at_moments(crew, kills, time.monotonic() - began)} moments", flush=True)
    if real_kills:
        real = partial(local_crew, None)
        print(f"and at {torment.at_moments(real, real_kills, 20)} with real workers", flush=True)


if __name__ == "__main__":
    main()
