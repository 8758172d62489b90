"""Work in processes that are forked for it: who dies loses the piece that it had, and nothing else."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

_forks = multiprocessing.get_context("fork")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Died:
    """A process has ended in the midst of its work."""

    how: str  # in words, to go on after a subject


def in_processes(
    do: Callable[[str], _T], names: Sequence[str], workers: int, stopped: Callable[[], bool]
) -> Iterator[tuple[str, _T | Died]]:
    """What `do` makes of each name, as it comes, with `workers` at work at once.

    When `stopped`, what is begun is finished, and no more is begun. There must be no other threads here, whose locks
    nobody would open in a fork.
    """
    waiting, crew = deque(names), list[_Worker]()
    try:
        while True:
            while waiting and len(crew) < workers and not stopped():
                crew.append(_Worker(do, waiting.popleft()))
            if not crew:
                return
            ready = wait([worker.line for worker in crew])
            for worker in [one for one in crew if one.line in ready]:
                name, found = worker.name, worker.found()
                if waiting and not isinstance(found, Died) and not stopped():
                    worker.begin(waiting.popleft())
                else:
                    crew.remove(worker)
                    worker.end()
                yield name, found
    finally:
        for worker in crew:
            worker.found()  # and nothing is left half done
            worker.end()


class _Worker:
    """A process that does one thing after another."""

    def __init__(self, do: Callable[[str], object], name: str):
        self.line, theirs = _forks.Pipe()
        self._process = _forks.Process(target=_work, args=(do, theirs, self.line))
        self._process.start()
        theirs.close()
        self.begin(name)

    def begin(self, name: str) -> None:
        self.name = name
        with suppress(OSError):  # it is dead already, and that is found then
            self.line.send(name)

    def found(self) -> Any:
        """What it has made of that, or that it has died."""
        with suppress(EOFError, OSError):
            return self.line.recv()
        self._process.join()
        code = self._process.exitcode or 0
        return Died(f"was killed by signal {-code}" if code < 0 else f"ended with {code}")

    def end(self) -> None:
        """Let it go, which has nothing to do any more."""
        self.line.close()
        self._process.terminate()
        self._process.join()


def _work(do: Callable[[str], object], line: Connection[Any, Any], parents: Connection[Any, Any]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; whoever has begun this decides
    parents.close()
    with suppress(EOFError):  # nobody asks for more
        while True:
            line.send(do(line.recv()))
