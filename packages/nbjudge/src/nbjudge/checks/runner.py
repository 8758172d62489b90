"""Runs a check module with pytest, by its public names alone: `pytest.main` with a plugin that runs the loop.

pytest collects the module, as it would for anybody; whoever judges then runs the checks one by one, each against the
learner's object, and may do between them what a process that died asks for.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

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

    def __init__(self, item: pytest.Function, session: _Session[Any]):
        self._item, self._session = item, session
        self.name: str = item.name
        self.info: CheckInfo = item.function.nbjudge_check

    def run(self, student: StandIn, folder: Path | None, seed: int) -> BaseException | None:
        """Run it against `student`, who handed in `folder`, on what `seed` draws; returns what it raised, or None."""
        stash = self._item.config.stash
        stash[plugin.STUDENT], stash[plugin.FOLDER], stash[plugin.SEED] = student, folder, seed
        self._session.raised = None
        self._item.ihook.pytest_runtest_protocol(item=self._item, nextitem=None)
        return self._session.raised


class RunChecks(Protocol):
    """Whatever runs the checks of an exercise, as `run_checks` does."""

    def __call__(self, exercise: Exercise, body: Callable[[list[Check]], T]) -> T: ...


class Collected:
    """The checks of some exercises, collected: they can be run again and again, in this process and in its forks."""

    def __init__(self, session: _Session[Any], config: pytest.Config):
        self._session, self._config = session, config

    def run_checks(self, exercise: Exercise, body: Callable[[list[Check]], T]) -> T:
        """What `body` makes of the checks of an exercise, which it may run while it is called.

        Those of an exercise that is none of the collected ones are collected now. Raises `CourseError` where their module cannot be imported, or holds something that is no check.
        """
        path = exercise.check_file.absolute()
        if path not in self._session.paths:
            return run_checks(exercise, body)
        if path in self._session.broken:
            raise CourseError(f"{path}: pytest cannot collect the checks:\n{self._session.broken[path]}")
        checks = [self._check(item) for item in self._session.items if item.path == path]
        if not checks:
            raise CourseError(f"{path}: holds no check; write functions test_… with @check(points=…)")
        self._config.stash[plugin.EXERCISE] = exercise
        return body(checks)

    def _check(self, item: pytest.Item) -> Check:
        if not isinstance(item, pytest.Function) or not hasattr(item.function, "nbjudge_check"):
            raise CourseError(f"{item.path}: {item.name} lacks the decorator @check(points=…, says=…)")
        return Check(item, self._session)


def collect(exercises: Sequence[Exercise], body: Callable[[Collected], T]) -> T:
    """What `body` makes of the checks of `exercises`. It is called by pytest, once it has collected them.

    Raises `CourseError` where an exercise has no checks.
    """
    session = _Session(body, [exercise.check_file.absolute() for exercise in exercises])
    with pytest.MonkeyPatch.context() as environment:
        # Without the plugins and options that the surrounding environment would add.
        environment.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        environment.delenv("PYTEST_ADDOPTS", raising=False)
        environment.delenv("PYTEST_PLUGINS", raising=False)
        paths = map(str, session.paths)
        pytest.main([*_OPTIONS, f"--rootdir={session.paths[0].parent}", *paths], plugins=[plugin, session])
    return session.result()


def run_checks(exercise: Exercise, body: Callable[[list[Check]], T]) -> T:
    """What `body` makes of the checks of an exercise; see `Collected.run_checks`."""
    return collect([exercise], lambda collected: collected.run_checks(exercise, body))


def checks_of(exercise: Exercise) -> list[CheckInfo]:
    """What the checks of an exercise say and are worth, in their order."""
    return run_checks(exercise, lambda checks: [check.info for check in checks])


class _Session(Generic[T]):
    """The plugin: calls `body` in the place of pytest's own loop, and notes what the check that runs raises."""

    def __init__(self, body: Callable[[Collected], T], paths: Sequence[Path]):
        self._body, self.paths = body, paths
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.items: list[pytest.Item] = []
        self.broken: dict[Path, str] = {}  # modules that cannot be collected, and why
        self.raised: BaseException | None = None

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        if not self._results:
            raise CourseError("pytest ended before it had collected the checks")
        return self._results[0]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.failed:
            self.broken[collector.path] = str(report.longrepr)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        try:
            self._results.append(self._body(Collected(self, session.config)))
        except BaseException as error:  # pytest would print it, and return a number
            self._error = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Note what was raised. pytest's own report would set a traceback, which nobody reads, and take longer."""
        if call.excinfo is not None and self.raised is None:
            self.raised = call.excinfo.value
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        when: Any = call.when  # of a check, never of its collection
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, when)
