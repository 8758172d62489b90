"""A kernel that lasts: when it ends, another takes its place, in which the earlier cells have been replayed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from nbjudge.kernels.session import CellRun, Ended, KernelSession
from nbjudge.limits import Monotonic
from nbjudge.patience import ENDLESS, Allowance
from nbjudge.settings import NBJudge


class LastingKernel:
    """The kernel of one notebook, until its time is up, when `end` says."""

    def __init__(self, settings: NBJudge, folder: Path | None, end: Callable[[], Monotonic]):
        self._settings, self._folder, self._end = settings, folder, end
        self._session: KernelSession | None = None
        self._ran: list[str] = []  # sources to replay in a new kernel

    @property
    def seconds_left(self) -> float:
        return self._end() - time.monotonic()

    def run(self, source: str, seconds: float, allowance: Allowance = ENDLESS) -> CellRun:
        """Run a cell, which will be replayed unless it never ends, or ends the kernel."""
        run = self.session().run(source, max(1.0, min(seconds, self.seconds_left)), allowance)
        if run.status in (Ended.OK, Ended.ERROR):
            self._ran.append(source)
        return run

    def session(self) -> KernelSession:
        """The kernel; a new one, in which the earlier cells were replayed, if the last one has ended."""
        if self._session is not None and self._session.dead:
            self._session.close()
            self._session = None
        while self._session is None:
            self._session = KernelSession(self._settings, self._folder)
            self._replay(self._session)
        return self._session

    def _replay(self, session: KernelSession) -> None:
        for source in list(self._ran):
            seconds = min(self._settings.cell_seconds, self.seconds_left)
            if seconds <= 0:
                return  # what is missing is said by whatever needs it
            if session.run(source, seconds).status is Ended.DEAD:
                self._ran.remove(source)
                session.close()
                self._session = None
                return

    def kill(self) -> str:
        """End the kernel; returns why it had ended by itself, or an empty string."""
        return self._session.kill() if self._session is not None else ""

    def stop(self) -> None:
        """End the kernel, and leave the waiting for its end to whoever starts the next one."""
        if self._session is not None:
            self._session.stop()
