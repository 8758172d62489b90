"""The warm parent itself: a process that has imported what kernels need, and forks a kernel whenever asked.

It runs inside the world that bubblewrap made (see `world`), holds no test, reference or student data, and
never runs learners' code. What a kernel is told goes to the kernel directly, past its parent, so that nothing
of one kernel is in the memory of the next. The parent ends when the grader does.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import inspect
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbjudge.conversation.common import messages
from nbjudge.kernels.common import places
from nbjudge.kernels.common.folder import Incoming
from nbjudge.kernels.inside import linux, sandbox, watchdog
from nbjudge.limits import Limits

if TYPE_CHECKING:
    from nbjudge.kernels.inside.app import Connection

_REPORT_LENGTH = 8000
_THREADS_END_SECONDS = 0.5
_COVERED = ("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus")


def main() -> None:
    """Started by bubblewrap, with the settings as JSON in the first argument."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if settings["privileged"]:
            become_nobody()
        become_first_process()
        runtime = private_home()
    except BaseException:
        report_error(control)
        raise
    Zygote(control, settings["grader"], settings["preload"], runtime).run()


def become_nobody() -> None:
    """Root's last act: whatever happens in a kernel, it happens to a user who owns nothing.

    bubblewrap has used root's rights before, to bind what may lie in directories that only root can enter.
    """
    for path in _COVERED:
        # bubblewrap covers these for root. But a /proc that would show more than the one which is there may
        # not be mounted, so kernels could have none of their own. From nobody, these files need no cover.
        with contextlib.suppress(OSError):
            linux.umount(path, linux.MNT_DETACH)
    os.setgroups([])
    os.setresgid(places.NOBODY, places.NOBODY, places.NOBODY)
    os.setresuid(places.NOBODY, places.NOBODY, places.NOBODY)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else the files of this process in /proc would stay root's


def become_first_process() -> None:
    """Go on as the first process of a pid namespace, with the right to make more, one for each kernel.

    The process that was here before waits, and ends with us; when it ends, bubblewrap does.
    """
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWPID | linux.CLONE_NEWNS)
    sandbox.map_user(uid, uid, gid, gid)
    child = os.fork()
    if child:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)


def private_home() -> list[str]:
    """A home and a /tmp, as imports want them. Kernels will have others.

    Returns what was there before and has to stay in sight: parts of the Python installation.
    """
    runtime = [entry.path for top in places.PRIVATE for entry in os.scandir(top)]
    sandbox.private_directories(Limits(), runtime)
    return runtime


def report_error(end: socket.socket) -> None:
    """Tell the grader of the exception that is being handled."""
    messages.send(end, {"error": traceback.format_exc()[-_REPORT_LENGTH:]})


@contextlib.contextmanager
def leaving_with(process: int) -> Iterator[None]:
    """While imports keep the main thread busy, another one ends us when the process of this descriptor has ended."""
    finished, finish = os.pipe()

    def watch() -> None:
        news = select.poll()
        news.register(process, select.POLLIN)
        news.register(finished, select.POLLIN)
        if finished not in (fd for fd, _ in news.poll()):
            os._exit(0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        os.close(finish)  # which is heard as an event
        thread.join()
        os.close(finished)


def _compile_nothing(torch: Any) -> None:
    """What learners compile is left as it is written: kernels have no compiler, and no time for one.

    Torch's own way to say so, `torch.compiler.set_stance`, imports for longer than a cell of theirs may compute.
    """
    signature = inspect.signature(torch.compile)

    @functools.wraps(torch.compile)
    def compile_nothing(*args: Any, **options: Any) -> Any:
        model = signature.bind(*args, **options).arguments.get("model")
        return functools.partial(compile_nothing, **options) if model is None else model

    torch.compile = compile_nothing


@dataclass
class Child:
    """A running kernel: its process, and the socket at whose other end the grader waits for news of it."""

    pid: int
    pidfd: int
    lifeline: socket.socket
    memory_bytes: int | None
    """What the watchdog allows it, where no control group does."""
    overdrawn: bool = False


class Zygote:
    """Forks kernels on request."""

    def __init__(self, control: socket.socket, grader: int, preload: list[str], runtime: list[str]):
        self._control = control
        self._grader = grader
        self._preload = preload
        self._runtime = runtime
        self._namespace = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self._children: dict[int, Child] = {}  # by the descriptor that tells of their end
        self._orphans: dict[int, Child] = {}  # the same, by their lifelines, which tell of the end of their grader
        self._poll = select.poll()
        self._lifeline: socket.socket | None = None  # in a kernel: its own

    def run(self) -> None:
        """In the parent, serve for ever; in a kernel, be the kernel."""
        gc.disable()  # what is imported stays; the parent makes no garbage after that
        try:
            from nbjudge.kernels.inside import app

            app.hide_debugger()
            kernel = app.make(connect=self.serve)
            kernel.initialize([])
        except BaseException:
            report_error(self._lifeline or self._control)
            raise
        assert self._lifeline is not None  # `serve` returns in kernels alone
        messages.send(self._lifeline, {"ready": True})
        self._lifeline.close()
        kernel.start()
        kernel.close()
        os._exit(0)  # the usual way out would take torch to pieces first

    def serve(self) -> Connection:
        """Import, then wait for requests. Returns in each new kernel; in the parent, never."""
        self._warm_up()
        messages.send(self._control, {"modules": self._files()})
        for fd in (self._control.fileno(), self._grader):
            self._poll.register(fd, select.POLLIN)
        while True:
            for fd, _ in self._poll.poll(self._patience()):
                if fd in self._children:
                    self._bury(self._children.pop(fd))
                elif fd in self._orphans:
                    self._end(self._orphans[fd])
                elif fd == self._control.fileno():
                    connection = self._fork_on_request()
                    if connection is not None:
                        return connection
                elif fd == self._grader:
                    os._exit(0)  # it has ended
            self._watch()

    def _warm_up(self) -> None:
        with leaving_with(self._grader):
            for name in self._preload:
                with contextlib.suppress(ImportError):  # not installed: then kernels will not have it either
                    importlib.import_module(name)
            if "torch" in sys.modules:
                # Torch looks up what the processor can do when it first needs it, in files that kernels lack.
                sys.modules["torch"].backends.cpu.get_cpu_capability()
                _compile_nothing(sys.modules["torch"])
        if len(os.listdir("/proc/self/task")) > 1:
            time.sleep(_THREADS_END_SECONDS)  # a thread that was joined takes a moment to leave
        threads = len(os.listdir("/proc/self/task"))
        if threads > 1:
            raise RuntimeError(f"imports started {threads - 1} threads, which a fork would lose")
        gc.freeze()  # else each kernel's first collection would copy all that it shares with us

    def _fork_on_request(self) -> Connection | None:
        try:
            request, fds = messages.receive(self._control)
        except (EOFError, OSError):
            os._exit(0)  # the grader has let go of us
        lifeline = socket.socket(fileno=fds[0])
        # The next child will be the first process of a new pid namespace. Before we may ask for one, Linux
        # wants us to come back from the one that we asked for last.
        linux.setns(self._namespace, linux.CLONE_NEWPID)
        linux.unshare(linux.CLONE_NEWPID)
        pid = os.fork()
        if pid == 0:
            return self._become_kernel(lifeline)
        child = Child(pid, os.pidfd_open(pid), lifeline, request["memory_bytes"])
        self._children[child.pidfd] = child
        self._poll.register(child.pidfd, select.POLLIN)
        self._orphans[lifeline.fileno()] = child
        self._poll.register(lifeline, 0)  # tells only of the other end's closing
        return None

    def _become_kernel(self, lifeline: socket.socket) -> Connection:
        """In the child: give up all that is the parent's, hear for whom we are, and shut ourselves in."""
        self._lifeline = lifeline
        self._let_go()
        messages.send(lifeline, {"born": True})  # Linux tells the grader by this who we are
        try:
            orders, fds = messages.receive(lifeline)
        except EOFError:
            os._exit(0)  # for nobody, it turned out
        *listeners, judge = fds
        os.environ.update({messages.JUDGE_FD: str(judge), "PWD": places.SUBMISSION})
        sandbox.enter(Limits(**orders["limits"]), Incoming(lifeline), self._runtime)
        gc.enable()
        from nbjudge.kernels.inside.app import Connection

        return Connection(orders["ip"], orders["key"].encode(), listeners)

    def _let_go(self) -> None:
        os.setsid()  # a signal to the kernel's process group must not find the parent there
        self._control.close()
        for child in self._children.values():
            os.close(child.pidfd)
            child.lifeline.close()
        self._children.clear()
        self._orphans.clear()
        os.close(self._grader)
        os.close(self._namespace)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.close(null)

    def _end(self, child: Child) -> None:
        """Whoever had the kernel is gone; so shall it be."""
        self._poll.unregister(child.lifeline)
        os.kill(child.pid, signal.SIGKILL)

    def _bury(self, child: Child) -> None:
        """The kernel has ended, and with it, by Linux, all its processes."""
        if self._orphans.pop(child.lifeline.fileno(), None) is not None:
            with contextlib.suppress(KeyError):  # its grader had ended before
                self._poll.unregister(child.lifeline)
        self._poll.unregister(child.pidfd)
        os.close(child.pidfd)
        _, status = os.waitpid(child.pid, 0)
        with contextlib.suppress(OSError):  # the grader may no longer care
            messages.send(child.lifeline, {"status": status, "overdrawn": child.overdrawn})
        child.lifeline.close()

    def _patience(self) -> int | None:
        watched = any(child.memory_bytes for child in self._children.values())
        return watchdog.INTERVAL_MS if watched else None

    def _watch(self) -> None:
        for child in self._children.values():
            if child.memory_bytes and not child.overdrawn and watchdog.exceeds(child.pid, child.memory_bytes):
                child.overdrawn = True
                os.kill(child.pid, signal.SIGKILL)

    def _files(self) -> dict[str, str]:
        """By what the grader sees whether we are out of date: the file behind each imported package."""
        tops = {name.partition(".")[0] for name in self._preload}
        files = {name: getattr(sys.modules.get(name), "__file__", None) for name in tops}
        return {name: file for name, file in files.items() if file}


if __name__ == "__main__":
    main()
