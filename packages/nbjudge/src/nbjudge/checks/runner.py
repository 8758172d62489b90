"""Runs a check module with pytest, by its public names alone: `pytest.main` with a plugin that runs the loop.

pytest collects the module, as it would for anybody; whoever judges then runs the checks one by one, each against the
learner's object, and may do between them what a process that died asks for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

from nbjudge.checks import plugin
from nbjudge.checks.vocabulary import CheckInfo
from nbjudge.conversation.standin import StandIn
from nbjudge.course import Exercise
from nbjudge.errors import CourseError

T = TypeVar("T")

# Nothing beside the check module has a say: no ini file, no conftest, no other plugin, no cache. What the last two
# would report, threads and objects that nobody waited for, costs five sweeps through all that torch has imported.
_OPTIONS = (
    "--noconftest",
    "--capture=no",
    "--import-mode=importlib",
    f"-c{os.devnull}",
    *(f"-pno:{name}" for name in ("cacheprovider", "terminal", "logging", "faulthandler")),
    *(f"-pno:{name}" for name in ("unraisableexception", "threadexception")),
)


class Check:
    """One check of a module that is being run."""

    def __init__(self, item: pytest.Function, loop: _Loop[Any]):
        self._item, self._loop = item, loop
        self.name: str = item.name
        self.info: CheckInfo = item.function.nbjudge_check

    def run(self, student: StandIn, folder: Path | None, seed: int) -> BaseException | None:
        """Run it against `student`, who handed in `folder`, on what `seed` draws; returns what it raised, or None."""
        stash = self._item.config.stash
        stash[plugin.STUDENT], stash[plugin.FOLDER], stash[plugin.SEED] = student, folder, seed
        self._loop.raised = None
        self._item.ihook.pytest_runtest_protocol(item=self._item, nextitem=None)
        return self._loop.raised


def run_checks(exercise: Exercise, body: Callable[[list[Check]], T]) -> T:
    """What `body` makes of the checks of an exercise, which it may run while it is called.

    Raises `CourseError` where the module cannot be imported, or holds something that is no check.
    """
    path = exercise.check_file
    loop = _Loop(exercise, body)
    with _quiet_environment():
        pytest.main([*_OPTIONS, f"--rootdir={path.parent}", str(path)], plugins=[plugin, loop])
    return loop.result()


def checks_of(exercise: Exercise) -> list[CheckInfo]:
    """What the checks of an exercise say and are worth, in their order."""
    return run_checks(exercise, lambda checks: [check.info for check in checks])


class _Loop(Generic[T]):
    """The plugin: hands the collected checks to `body`, and notes what the check that runs raises."""

    def __init__(self, exercise: Exercise, body: Callable[[list[Check]], T]):
        self._exercise, self._path, self._body = exercise, exercise.check_file, body
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.raised: BaseException | None = None

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        if not self._results:
            raise CourseError(f"{self._path}: pytest ended before it had collected the checks")
        return self._results[0]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._error = CourseError(f"{self._path}: pytest cannot collect the checks:\n{report.longrepr}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.config.stash[plugin.EXERCISE] = self._exercise
        if self._error is None:
            try:
                self._results.append(self._body([self._check(item) for item in session.items]))
                if not session.items:
                    raise CourseError(f"{self._path}: holds no check; write functions test_… with @check(points=…)")
            except BaseException as error:  # pytest would print it, and return a number
                self._error = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None and self.raised is None:
            self.raised = call.excinfo.value

    def _check(self, item: pytest.Item) -> Check:
        if not isinstance(item, pytest.Function) or not hasattr(item.function, "nbjudge_check"):
            raise CourseError(f"{self._path}: {item.name} lacks the decorator @check(points=…, says=…)")
        return Check(item, self)


@contextmanager
def _quiet_environment() -> Iterator[None]:
    """Without the plugins and options that the surrounding environment would add."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        patch.delenv("PYTEST_PLUGINS", raising=False)
        yield
