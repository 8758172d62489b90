"""Runs a check module with pytest, again and again, without paying for pytest's start each time.

pytest collects a module once; every judging then runs the collected items anew, as pytest's own rerun plugins do.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from _pytest.config import _prepareconfig
from _pytest.main import Session
from _pytest.runner import runtestprotocol

from nbjudge import plugin
from nbjudge.checks import CheckInfo
from nbjudge.standin import StandIn

# Nothing beside the check module has a say: no ini file, no conftest, no other plugin, no cache.
_OPTIONS = (
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:terminal",
    "-p",
    "no:logging",
    "-p",
    "no:faulthandler",
    "--capture=no",
    "--import-mode=importlib",
)


class _Outcome:
    """Notes the exception of the item that runs."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo) -> None:
        if call.excinfo is not None and self.error is None:
            self.error = call.excinfo.value


class CheckModule:
    """The collected checks of one module."""

    def __init__(self, path: Path):
        self._outcome = _Outcome()
        with _quiet_environment():
            args = [*_OPTIONS, "-c", "/dev/null", f"--rootdir={path.parent}", str(path)]
            self._config = _prepareconfig(args, [plugin, self._outcome])
            self._config._do_configure()
            session = Session.from_config(self._config)
            self._config.hook.pytest_sessionstart(session=session)
            session.perform_collect()
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]
        if not self.items:
            raise pytest.UsageError(f"{path}: holds no check")
        for item in self.items:
            if not hasattr(item.function, "nbjudge_check"):
                raise pytest.UsageError(f"{path}: {item.name} lacks the decorator @check(points=…, says=…)")

    def run(self, item: pytest.Function, student: StandIn, folder: Path | None) -> BaseException | None:
        """Run one check against `student`, who handed in `folder`; returns what it raised, or None."""
        self._config.stash[plugin.STUDENT] = student
        self._config.stash[plugin.FOLDER] = folder
        self._outcome.error = None
        runtestprotocol(item, log=False, nextitem=None)
        error, self._outcome.error = self._outcome.error, None
        return error


def info(item: pytest.Function) -> CheckInfo:
    return item.function.nbjudge_check


@cache
def check_module(path: Path) -> CheckModule:
    """The checks in `path`, collected once per process."""
    return CheckModule(path)


@contextmanager
def _quiet_environment():
    """Collect without the plugins and options that the surrounding environment would add."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        patch.delenv("PYTEST_PLUGINS", raising=False)
        yield
