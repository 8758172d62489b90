"""Who grades a class: the workers of a Dask cluster, and what becomes of those that die."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from distributed import Client, Future, KilledWorker
from distributed.scheduler import Scheduler

from nbjudge.autograde.grader import GraderLost
from nbjudge.errors import MachineError
from nbjudge.parallel import bundled
from nbjudge.parallel.answers import Answers
from nbjudge.parallel.bundle import Bundle

KILLS = "whoever graded it ended in the middle of it, twice"
_AHEAD = 2  # submissions for each worker: one that it grades, and the next one
_GLANCE_SECONDS = 0.2  # how often somebody looks whether to stop
_COUNT_SECONDS = 2.0  # how long a count of workers holds
_RESTART_SECONDS = 20.0  # Dask starts a worker anew within a few, but for one that ended while it was starting
_ALONE_SECONDS = 120.0  # how long a class waits for a worker, where there is none
_FETCH_SECONDS = 60.0  # for what is done to come; it may be done again, where its worker has died since

Stopped = Callable[[], bool]


class Crew(Protocol):
    """Whoever grades a class. What is asked of it raises `MachineError` where it is gone."""

    def take(self, bundle: Bundle) -> None:
        """Let everybody who works have the course."""

    def obstacle(self) -> str:
        """What keeps one of them from grading; empty where nothing does."""

    def ask(self, data: bytes) -> dict[str, Any]:
        """The answer to one question, now. Raises `GraderLost`."""

    def graded(
        self, names: Sequence[str], make: Callable[[str], bytes], stopped: Stopped
    ) -> Iterator[tuple[str, Answers]]:
        """The answers about each of the submissions `names`, as they come; `make` makes what is sent of one."""


@dataclass
class _Sent:
    """A submission that workers have. Where it is alone, whose worker dies has killed it."""

    name: str
    future: Future[bytes]
    alone: bool


class DaskCrew:
    """The workers of a cluster."""

    def __init__(
        self,
        client: Client,
        log: logging.Logger,
        call: Callable[[], None] = lambda: None,
        spare: Sequence[Callable[[], None]] = (),
    ):
        """`call` has workers come, who are not there yet; `spare` more of them, one after another, when nobody is left."""
        self._client, self._log, self._call, self._spare = client, log, call, list(spare)
        self._bundle = ""
        self._done: queue.Queue[_Sent] = queue.Queue()
        self._workers, self._counted, self._seen = 1, 0.0, time.monotonic()

    def look_at_scheduler(self) -> None:
        """Say so if the scheduler gives to others by itself what a worker died of."""
        allowed = self._client.run_on_scheduler(_allowed_failures)
        if allowed:
            self._log.warning(
                "what a worker dies of is given to %d others by this scheduler, before and after it is tried alone; "
                "start it with DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0, and two in all meet it",
                allowed,
            )

    def take(self, bundle: Bundle) -> None:
        self.leave()
        with self._reached():
            # Those that come later are given it as they start.
            self._client.register_plugin(bundled.Bundled(bundle.name, bundle.data))
            self._bundle = bundle.name
            self._call()
            self._await_worker()

    def _await_worker(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_ALONE_SECONDS)
        except TimeoutError:
            raise MachineError(f"no worker has come within {_ALONE_SECONDS:g} seconds.") from None

    def leave(self) -> None:
        """Let the workers forget the course."""
        if self._bundle:
            with contextlib.suppress(Exception):  # whoever is gone has forgotten it
                self._client.unregister_worker_plugin(self._bundle)
            self._bundle = ""

    def obstacle(self) -> str:
        with self._reached():
            found: dict[str, str] = self._client.run(bundled.obstacle, self._bundle)
        return "; ".join(sorted({text for text in found.values() if text}))

    def ask(self, data: bytes) -> dict[str, Any]:
        for _ in range(2):
            try:
                with self._reached():
                    found: dict[str, Any] = json.loads(self._wait_for(self._submit(bundled.answer, data)))
                return found
            except KilledWorker:
                continue
            except MachineError:
                raise
            except Exception as error:
                raise GraderLost(f"whoever was asked failed ({error!r})") from error
        raise GraderLost(KILLS)

    def graded(
        self, names: Sequence[str], make: Callable[[str], bytes], stopped: Stopped
    ) -> Iterator[tuple[str, Answers]]:
        waiting, suspects, running = deque(names), deque[str](), dict[str, _Sent]()

        def send(name: str, alone: bool) -> None:
            running[name] = _Sent(name, self._submit(bundled.grade, make(name)), alone)
            self._announce(running[name])

        try:
            while not stopped():
                while waiting and len(running) < _AHEAD * self._count():
                    send(waiting.popleft(), alone=False)
                if not running and suspects:
                    send(suspects.popleft(), alone=True)
                if not running:
                    return
                sent = self._next()
                if sent is None:
                    continue
                del running[sent.name]
                answers = self._answers(sent)
                if answers is None:
                    suspects.append(sent.name)
                else:
                    yield sent.name, answers
        finally:
            with contextlib.suppress(Exception):  # where the scheduler is gone, so are they
                self._client.cancel([sent.future for sent in running.values()], force=True)

    def _submit(self, what: Callable[[str, bytes], bytes], data: bytes) -> Future[bytes]:
        with self._reached():
            return self._client.submit(what, self._bundle, data, key=f"nbjudge-{uuid4().hex}", pure=False)

    def _wait_for(self, future: Future[bytes]) -> bytes:
        """What comes of it. Raises `MachineError` where nobody is left who could do it."""
        while True:
            try:
                return future.result(timeout=_COUNT_SECONDS)
            except TimeoutError:
                self._count()

    def _announce(self, sent: _Sent) -> None:
        sent.future.add_done_callback(lambda _: self._done.put(sent))

    def _next(self) -> _Sent | None:
        """What is done next; None where there is nothing yet."""
        try:
            return self._done.get(timeout=_GLANCE_SECONDS)
        except queue.Empty:
            return None

    def _answers(self, sent: _Sent) -> Answers | None:
        """What came of it; None where it is to be tried again, when nothing else is at work."""
        try:
            with self._reached():
                return Answers(json.loads(sent.future.result(timeout=_FETCH_SECONDS)))
        except KilledWorker:
            if sent.alone:
                return Answers(lost=KILLS)
            self._log.info("%s: a worker ended while it had this; it is tried again at the end, alone", sent.name)
            return None
        except TimeoutError:
            self._log.info("%s: the worker that had graded this has ended; it is tried again", sent.name)
            return None
        except MachineError:
            raise
        except Exception as error:
            self._log.error("%s: %r", sent.name, error)
            return Answers(lost=f"whoever was to grade it failed ({error!r})")

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Say that the scheduler is gone, where it is: all that it was told is given up then."""
        try:
            yield
        except (KilledWorker, TimeoutError):
            raise
        except (Exception, asyncio.CancelledError) as error:
            gone = self._client.status != "running" or self._client.scheduler is None
            if gone or isinstance(error, (OSError, CancelledError, asyncio.CancelledError)):
                raise MachineError("the scheduler cannot be reached any more.") from error
            raise

    def _count(self) -> int:
        """How many are at work. Raises `MachineError` where nobody has been for long."""
        now = time.monotonic()
        if now > self._counted + _COUNT_SECONDS:
            with self._reached():
                self._workers = len(self._client.nthreads())
            self._counted = now
            if self._workers:
                self._seen = now
            elif self._spare and now > self._seen + _RESTART_SECONDS:
                self._spare.pop()()
                self._seen = now
            elif now > self._seen + _ALONE_SECONDS:
                raise MachineError("there is no worker left.")
        return max(1, self._workers)


def _allowed_failures(dask_scheduler: Scheduler) -> int:
    return int(dask_scheduler.allowed_failures)
