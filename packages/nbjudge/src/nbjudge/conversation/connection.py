"""One conversation with the learner's process: requests, answers, and what can become of them."""

from __future__ import annotations

import builtins
import contextlib
import hashlib
import itertools
import math
import socket
import time
from collections.abc import Callable, Iterator

from nbjudge import words
from nbjudge.conversation.common import wire
from nbjudge.conversation.lent import Lent
from nbjudge.limits import Monotonic

PUBLIC_SEED = 7  # where nothing is graded: known mistakes are run on it


class StudentError(Exception):
    """An exception that the learner's code raised, as data: the name of its type and its message."""

    def __init__(self, kind: str, message: str, line: str = ""):
        super().__init__(message)
        self.kind, self.message, self.line = kind, message, line
        self.expected = ""  # what the call should have given, where a check says so


class ForbiddenCall(Exception):
    """The learner's code called a function that the exercise asks it to build; `str()` names it."""


class Unresponsive(Exception):
    """A call did not come back within its time."""


class Gone(Exception):
    """The learner's process ended during a call."""


class Broken(Gone):
    """What came back is no answer; the conversation cannot go on."""


class Unusable(Exception):
    """The answer was outside the bounds: too large, of a strange type, or not an answer at all."""


class Connection:
    """One conversation with a `nbjudge.conversation.inside.serve.Server`."""

    def __init__(self, sock: socket.socket, first: int = 0):
        self._channel = wire.Channel(sock)
        self._first = first  # the id that the greeting carries; those of requests follow
        self._ids = itertools.count(first + 1)
        self.deadline: Monotonic = math.inf  # of the request that is made next
        self.observed: list[object] | None = None
        self.lent = Lent()

    @contextlib.contextmanager
    def watched(self, glance: Callable[[], None]) -> Iterator[None]:
        """Have `glance` called several times a second while an answer is awaited; what it raises ends the waiting."""
        self._channel.glance, before = glance, self._channel.glance
        try:
            yield
        finally:
            self._channel.glance = before

    def hello(self) -> None:
        """Wait until the learner's object is served; raises `StudentError` where it does not exist."""
        document, _ = self._await(self._first)
        if "error" in document:
            raise _error(document["error"])

    def request(
        self, op: str, encoder: wire.Encoder | None = None, **fields: object
    ) -> tuple[wire.Document, wire.Arrays]:
        """Send one request and return the answer's document and arrays, or raise what it reports."""
        document, arrays = self._await(self.tell(op, encoder, **fields))
        if "error" in document:
            error = _error(document["error"])
            self.observe((type(error).__name__, getattr(error, "kind", str(error))))
            raise error
        return document, arrays

    def tell(self, op: str, encoder: wire.Encoder | None = None, **fields: object) -> int:
        """Send one request, whose answer will be passed over unless it is awaited by the id that this returns."""
        number = next(self._ids)
        try:
            document = {"op": op, "id": number, **fields}
            self._channel.send(document, encoder.arrays if encoder else {}, self.deadline)
        except TimeoutError as error:
            raise Unresponsive from error
        except OSError as error:
            raise Gone from error
        return number

    def observe(self, value: object) -> None:
        """Note what the learner's code answered; known mistakes are recognised by it."""
        if self.observed is not None:
            self.observed.append(value)

    def end(self) -> None:
        """Let the server end; a process that no longer listens has ended already."""
        with contextlib.suppress(OSError):
            self._channel.send({"op": "end", "id": next(self._ids)}, {}, time.monotonic() + 1)

    def _await(self, number: int) -> tuple[wire.Document, wire.Arrays]:
        while True:
            try:
                document, arrays = self._channel.receive(deadline=self.deadline)
            except TimeoutError as error:
                raise Unresponsive from error
            except (EOFError, OSError) as error:
                raise Gone from error
            except wire.WireError as error:
                raise Broken(str(error)) from error
            # An answer to a call that was given up earlier may still arrive; it is passed over.
            if document.get("id") == number:
                if "ask" not in document:
                    return document, arrays
                self._tell(document["ask"], arrays)

    def _tell(self, asked: object, arrays: wire.Arrays) -> None:
        """The learner's code uses what was lent to it: let it know what comes of that, and wait on."""
        told, found = self.lent.answer(asked, arrays)
        try:
            self._channel.send({"op": "told", **told}, found, self.deadline)
        except TimeoutError as error:
            raise Unresponsive from error
        except OSError as error:
            raise Gone from error


def _error(data: object) -> Exception:
    """The exception that an error answer stands for. Only ordinary built-in errors keep their type.

    A learner's own class of error counts as the built-in one that it is derived from.
    """
    data = data if isinstance(data, dict) else {}
    kind, message, line = (words.clean(data.get(key, ""), 2000) for key in ("type", "message", "line"))
    base = words.clean(data.get("base", kind), 200)
    if data.get("forbidden") is True:
        return ForbiddenCall(message)
    if data.get("wire") is True:
        return Unusable(message)
    known = getattr(builtins, base, None)
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            mixed: type[StudentError] = type(base, (StudentError, known), {})
            return mixed(kind, message, line)
        except TypeError:
            pass  # a few, such as UnicodeDecodeError, cannot be made of a message
    return StudentError(kind, message, line)


def begin_check(connection: Connection, forbids: tuple[str, ...], given: str, seed: int) -> None:
    """Forget what earlier checks made, fix the random state, and watch for forbidden calls."""
    connection.lent.renew()
    # Not awaited: requests are answered in their order, and the first one of the check will be.
    connection.tell("reset", forbids=list(forbids), given=given, seed=theirs(seed))


def theirs(seed: int) -> int:
    """The seed of the learner's process, of 32 bits: from it nobody there can tell what the checks draw from `seed`."""
    return int.from_bytes(hashlib.sha256(f"beside the learner's code {seed}".encode()).digest()[:4], "big")
