"""One sandboxed kernel, as the grader sees it: its process, its limits, its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict

from nbjudge.conversation.common import messages
from nbjudge.errors import KernelStartError
from nbjudge.kernels.cgroup import Group
from nbjudge.kernels.common.folder import send_folder
from nbjudge.limits import Limits
from nbjudge.words import exit_in_words, size_in_words

_SETUP_SECONDS = 30
_END_SECONDS = 30


class KernelProcess:
    """A forked kernel, which first waits to be told for whom it is: see `start`."""

    def __init__(
        self,
        lifeline: socket.socket,
        pid: int,
        group: Group,
        limits: Limits,
        when_closed: Callable[[KernelProcess], None],
    ):
        self.pid = pid
        self.left_behind: list[str] = []
        """Files of the submission's folder that the kernel was not given."""
        self._lifeline = lifeline
        self._pidfd = os.pidfd_open(pid)  # names this process for ever, as its number does not
        self._group = group
        self._limits = limits
        self._when_closed = when_closed
        self._code: int | None = None
        self._overdrawn = False
        self._told_to_end = False

    def start(
        self, ip: str, key: str, listeners: list[socket.socket], judge: socket.socket, folder: str | None
    ) -> None:
        """Hand over the connection and the submission's folder; when this returns, the kernel serves."""
        self._lifeline.settimeout(_SETUP_SECONDS)
        orders = {"ip": ip, "key": key, "limits": asdict(self._limits)}
        try:
            with contextlib.suppress(BrokenPipeError):  # then it has said why
                messages.send(self._lifeline, orders, [end.fileno() for end in (*listeners, judge)])
                self.left_behind = send_folder(self._lifeline, folder, self._limits)
            answer, _ = messages.receive(self._lifeline)
        except (EOFError, OSError) as error:
            raise KernelStartError("the kernel ended, or hung, while it was starting") from error
        if "ready" not in answer:
            raise KernelStartError(f"the kernel could not start: {answer.get('error', answer)}")

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self.wait(0)

    def wait(self, seconds: float) -> int | None:
        """Like `poll`, but waits for the end, up to some time."""
        news = select.poll()
        news.register(self._lifeline, select.POLLIN)
        while self._code is None and news.poll(1000 * seconds):
            self._hear()
        return self._code

    def signal(self, number: int) -> None:
        """Send a signal to the kernel. Its subprocesses do not get it."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """End the kernel and all that it has started: Linux ends a pid namespace with its first process."""
        self._told_to_end = self._code is None
        self.signal(signal.SIGKILL)

    def why_dead(self) -> str:
        """Why it ended, to go on after "the kernel"; empty while it runs."""
        code = self.poll()
        if code is None:
            return ""
        if self._overdrawn:
            return f"ran out of memory (limit {size_in_words(self._limits.memory_bytes)})"
        return exit_in_words(code)

    def let_go(self) -> None:
        """Forget it without ending it: another process has it now. It ends when nobody has it any more."""
        self._lifeline.close()
        os.close(self._pidfd)
        self._when_closed(self)

    def close(self) -> None:
        """End it, and give back what it held."""
        self.kill()
        self.wait(_END_SECONDS)
        self._lifeline.close()
        os.close(self._pidfd)
        self._group.remove()
        self._when_closed(self)

    def _hear(self) -> None:
        try:
            message, _ = messages.receive(self._lifeline)
        except (EOFError, OSError):  # the warm parent is gone, and every kernel with it
            self._code = -signal.SIGKILL
            return
        if "status" not in message:  # a late word from its start
            return
        self._code = os.waitstatus_to_exitcode(message["status"])
        by_itself = self._code == -signal.SIGKILL and not self._told_to_end
        self._overdrawn = message["overdrawn"] or (by_itself and self._group.ran_out_of_memory())
