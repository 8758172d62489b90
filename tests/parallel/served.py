"""Grades classes whose gradebook is in PostgreSQL; run as a program, which imports once and forks.

What workers answer was stored before, so that a run takes moments.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from patience import PATIENCE
from sqlalchemy import MetaData, create_engine
from toy import LESSON

from .school import CONFIG, WRONG, School, files, mark, without_ids
from .server import Server
from .stored import StoredCrew, answers_of, grade

STEPS = (
    "compare_with_a_file",
    "grade_two_lessons_at_once",
    "grade_halves_of_a_class_at_once",
    "wait_for_a_locked_file",
    "kill_between_submissions",
    "kill_at_moments",
)
"""Of this program, in its order."""
_KILLS = 4  # at random moments
_LOCKED_SECONDS = 7
_processes = multiprocessing.get_context("fork")


class Class(School):
    """A class of a course that has a name, and its gradebook anywhere."""

    config = f"{CONFIG}c.CourseDirectory.course_id = 'attention'\n"
    address = ""

    def copy_to(self, root: Path, address: str) -> Class:
        """The same class with its gradebook at this address."""
        made = Class(self.copy(root).root)
        made.lesson, made.address = self.lesson, address
        made.write("nbgrader_config.py", f"{self.config}c.CourseDirectory.db_url = {address!r}\n")
        return made

    def release_lesson(self) -> None:
        """Have nbgrader make the lesson's entries in the gradebook, and people theirs."""
        self.run("nbgrader", "generate_assignment", self.lesson, "--force")
        with Gradebook(self.address) as gradebook:
            mark(gradebook, self.lesson)

    def rename_lesson(self, name: str) -> None:
        """Give another name to the lesson, and to all that was handed in."""
        for folder in (self.root / "source" / self.lesson, *self.root.glob(f"submitted/*/{self.lesson}")):
            (folder / f"{self.lesson}.ipynb").rename(folder / f"{name}.ipynb")
            folder.rename(folder.with_name(name))
        self.lesson = name

    def hand_in_some_kinds(self) -> None:
        for student, answers in {
            "late": {},
            "marked": {"double": WRONG},
            "right": {},
            "wrong": {"double": WRONG},
        }.items():
            self.hand_in(student, self.answered(**answers))
        self.write(f"submitted/late/{LESSON}/timestamp.txt", "2026-01-04 12:00:00 UTC\n")


def rows(address: str) -> dict[str, list[str]]:
    """All rows of all tables, as `without_ids` has them, of whatever kind the database is."""
    engine, about = create_engine(address), MetaData()
    about.reflect(engine)
    with engine.connect() as connection:
        tables = {
            name: [dict(row._mapping) for row in connection.execute(table.select())]
            for name, table in about.tables.items()
        }
    engine.dispose()
    return without_ids(tables)


class Crew(StoredCrew):
    """Answers with what was stored; `before` is called with the number of each submission, from 0."""

    def __init__(self, stored: dict[str, Any], before: Callable[[int], object]):
        super().__init__(stored)
        self._before = before

    def graded(self, names, make, stopped):
        for number, found in enumerate(super().graded(names, make, stopped)):
            self._before(number)
            yield found


def begin(
    school: Class, stored: dict[str, Any], before: Callable[[int], object] = lambda _: None, *options: str
) -> Any:
    """Grade a class in a process of its own; returns that."""

    @contextmanager
    def crew(_log: object, _submissions: int) -> Iterator[Crew]:
        yield Crew(stored, before)

    process = _processes.Process(target=grade, args=(school, crew, *options))
    process.start()
    return process


def finish(*begun: Any) -> None:
    for process in begun:
        process.join()
        assert process.exitcode == 0


class Served:
    """A class on a server, as it was handed in, and as it was graded undisturbed."""

    def __init__(self, server: Server, root: Path):
        self.server, self._root = server, root
        self._new = Class(root / "new").copy_to(root / "on_server", server.create("new"))
        self._new.release_lesson()
        self._graded = self._new.copy_to(root / "graded", server.create("graded", like="new"))
        self._stored = answers_of(self._graded)
        self._rows = rows(self._graded.address)

    def compare_with_a_file(self) -> None:
        copy = self._new.copy_to(self._root / "file", f"sqlite:///{self._root}/file.db")
        copy.release_lesson()
        shutil.copy(self._root / "file.db", self._root / "locked.db")
        shutil.copy(self._root / "file.db", self._root / "both.db")
        finish(begin(copy, self._stored))
        self._assert_undisturbed(copy)

    def grade_two_lessons_at_once(self) -> None:
        """They are of the same students, whom nobody knows before, and begin each submission at the same moment."""
        other = self._new.copy_to(self._root / "other", self.server.create("both", like="new", by_socket=True))
        other.rename_lesson("other")
        other.release_lesson()
        alone = self.server.create("alone", like="both")
        stored = answers_of(other.copy_to(self._root / "other_alone", alone))
        finish(begin(self._new.copy_to(self._root / "alone", alone), self._stored))

        in_file = other.copy_to(self._root / "other_file", f"sqlite:///{self._root}/both.db")
        in_file.release_lesson()
        for one in (other, in_file):
            both = _processes.Barrier(2)
            copy = self._new.copy_to(one.root.with_name(f"with_{one.root.name}"), one.address)
            meet = partial(_meet, both)
            finish(begin(copy, self._stored, meet), begin(one, stored, meet))
            assert rows(one.address) == rows(alone)

    def grade_halves_of_a_class_at_once(self) -> None:
        """By two programs, in one directory, each of which writes for its students."""
        copy, meet = self._copy("halves"), partial(_meet, _processes.Barrier(2))
        finish(*[begin(copy, self._stored, meet, "--student", half) for half in ("[lm]*", "[rw]*")])
        self._assert_undisturbed(copy)

    def wait_for_a_locked_file(self) -> None:
        """Somebody writes to it for longer than SQLite waits by itself."""
        copy = self._new.copy_to(self._root / "locked", f"sqlite:///{self._root}/locked.db")
        reached, locked = _processes.Event(), _processes.Event()
        run = begin(copy, self._stored, partial(_halt, reached, locked))
        assert reached.wait(PATIENCE)
        with closing(sqlite3.connect(self._root / "locked.db")) as connection:
            connection.execute("begin immediate")
            locked.set()
            time.sleep(_LOCKED_SECONDS)
        finish(run)
        self._assert_undisturbed(copy)

    def kill_between_submissions(self) -> None:
        reached, killed = _processes.Event(), _processes.Event()
        copy = self._copy("between")
        run = begin(copy, self._stored, partial(_halt, reached, killed))
        assert reached.wait(PATIENCE)
        self.server.kill()
        self.server.start()
        killed.set()
        self._finish(copy, run)

    def kill_at_moments(self) -> None:
        began = time.monotonic()
        finish(begin(self._copy("timed"), self._stored))
        seconds = time.monotonic() - began
        for number in range(_KILLS):
            copy = self._copy(f"moment_{number}")
            run = begin(copy, self._stored)
            time.sleep(random.uniform(0, seconds))
            self.server.kill()
            self.server.start()
            self._finish(copy, run)

    def _copy(self, name: str) -> Class:
        return self._new.copy_to(self._root / name, self.server.create(name, like="new"))

    def _finish(self, copy: Class, disturbed: Any) -> None:
        """Begin anew where a run was disturbed, and came to whatever end."""
        disturbed.join()
        print(f"a run ended with {disturbed.exitcode}", flush=True)
        finish(begin(copy, self._stored))
        self._assert_undisturbed(copy)

    def _assert_undisturbed(self, copy: Class) -> None:
        assert rows(copy.address) == self._rows
        assert files(copy.root / "autograded") == files(self._graded.root / "autograded")


def _meet(both: Any, _number: int) -> None:
    both.wait(PATIENCE)


def _halt(reached: Any, over: Any, number: int) -> None:
    """Say so before the second submission, whose student the gradebook knows, and wait."""
    if number == 1:
        reached.set()
        assert over.wait(PATIENCE)


def main() -> None:
    """Each step is printed when it is done."""
    seed = random.randrange(1 << 32)
    random.seed(seed)
    print(f"moments follow from {seed}", flush=True)
    server = Server()
    try:
        served = Served(server, Path(sys.argv[1]))
        for name in STEPS:
            getattr(served, name)()
            print(f"done: {name}", flush=True)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
