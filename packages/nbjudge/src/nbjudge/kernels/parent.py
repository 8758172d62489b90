"""The grader's end of the warm parent: it is started, asked for kernels, and replaced when out of date."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import shlex
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from nbjudge.conversation.common import messages
from nbjudge.given import Cover
from nbjudge.kernels import obstacles, world
from nbjudge.kernels.cgroup import Controllers, total_memory
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.kernels.process import KernelProcess
from nbjudge.limits import Limits

LONGEST_SOCKET_PATH = 107
"""In bytes; a limit of Linux."""

_START_SECONDS = 120
_BIRTH_SECONDS = 30


class ParentDied(RuntimeError):
    """The warm parent ended before it had given birth."""


class WarmParent:
    """A running warm parent. `folder` is a private directory for the sockets of its kernels.

    It imports in the background; `wait_until_warm` waits for that.
    """

    def __init__(self, preload: tuple[str, ...] = PRELOAD, covers: tuple[Cover, ...] = ()):
        self.folder = tempfile.mkdtemp(prefix="nbjudge-", dir=_short_directory())
        self._owner = os.getpid()
        self._preload = preload
        self._sources: list[Path] | None = None  # known when it is warm
        self._state: list[tuple[int, ...]] = []
        self._dead = self._retired = self._adopted = False
        self._kernels: set[KernelProcess] = set()
        self._spare: tuple[Limits, KernelProcess] | None = None  # the next kernel, forked beforehand
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._control, theirs = messages.pair()
        try:
            with theirs:
                self._controllers = Controllers.detect()
                self._process = self._run(theirs.fileno(), preload, covers)
        except BaseException:
            self.close()
            raise

    def wait_until_warm(self) -> None:
        """Wait for the imports. Raises `SandboxUnavailable` where it could not start."""
        with self._lock:
            if self._sources is not None:
                return
            try:
                self._sources = _sources(self._greeting()["modules"], self._preload)
                self._state = _fingerprint(self._sources)
            except BaseException:
                self.close()
                raise

    def spawn(self, limits: Limits) -> KernelProcess:
        """A new kernel, which waits to be started. Raises `ParentDied`."""
        spare, self._spare = self._spare, None
        if spare is not None and spare[0] == limits:
            kernel = spare[1]
        else:
            if spare is not None:
                spare[1].close()
            kernel = self._give_birth(limits)
        self._kernels.add(kernel)
        return kernel

    def prepare(self, limits: Limits) -> None:
        """Fork the kernel that `spawn` will give next, before it is needed: Linux takes its time to bound one."""
        if self._spare is None and not self._retired:
            self._spare = limits, self._give_birth(limits)

    def hand_over(self) -> None:
        """The spare kernel belongs to a process that was just forked from this one; we know it no longer."""
        if self._spare is not None:
            self._spare[1].let_go()
            self._spare = None

    def adopt(self) -> None:
        """In a process forked from the one that started it: ask it for kernels, too, but leave its end to the other."""
        self._owner, self._adopted = os.getpid(), True

    def discard_spare(self) -> None:
        """End a kernel that nobody will need."""
        spare, self._spare = self._spare, None
        if spare is not None:
            spare[1].close()

    def _give_birth(self, limits: Limits) -> KernelProcess:
        lifeline, theirs = messages.pair()
        lifeline.settimeout(_BIRTH_SECONDS)
        messages.ask_for_senders(lifeline)
        watched = None if "memory" in self._controllers.homes else total_memory(limits)
        try:
            with theirs, self._lock:
                messages.send(self._control, {"memory_bytes": watched}, [theirs.fileno()])
            _, pid = messages.receive_with_sender(lifeline)
        except (OSError, EOFError) as error:
            lifeline.close()
            self._dead = True
            raise ParentDied("the warm parent has ended") from error
        group = self._controllers.make(f"{Path(self.folder).name}-{self._next_name()}", limits)
        try:
            group.add(pid)
        except ProcessLookupError as error:
            lifeline.close()
            group.remove()
            raise ParentDied("the warm parent has ended, and its kernels with it") from error
        return KernelProcess(lifeline, pid, group, limits, self._forget)

    def name_sockets(self) -> str:
        """A path that no other kernel's sockets have."""
        return f"{self.folder}/{self._next_name()}"

    def _next_name(self) -> str:
        return f"{os.getpid()}-{next(self._numbers)}"  # a process that was forked from ours counts as we do

    @property
    def usable(self) -> bool:
        """Whether it runs, is ours and not that of a process which forked us, and is up to date."""
        return (
            self._owner == os.getpid()
            and not self._dead
            and (self._adopted or (self._process is not None and self._process.poll() is None))
            and (self._sources is None or _fingerprint(self._sources) == self._state)
        )

    def retire(self) -> None:
        """End it as soon as its kernels have ended."""
        self._retired = True
        if self._dead or not self._kernels:
            self.close()

    def close(self) -> None:
        """End it, and with it every kernel."""
        if self._owner != os.getpid() or self._adopted:
            return
        self._dead = True
        with contextlib.suppress(ParentDied):
            self.discard_spare()
        self._control.close()  # which it takes as its end
        if self._process is not None:
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._errors.close()

    def _forget(self, kernel: KernelProcess) -> None:
        self._kernels.discard(kernel)
        if self._retired:
            self.retire()

    def _run(self, control: int, preload: tuple[str, ...], covers: tuple[Cover, ...]) -> subprocess.Popen[bytes]:
        obstacle = obstacles.system_obstacle()
        if obstacle is not None:
            raise obstacle.error()
        grader = os.pidfd_open(os.getpid())  # tells of our end, even where copies of our sockets live on
        settings: world.Settings = {
            "control": control,
            "grader": grader,
            "preload": preload,
            "privileged": world.privileged(),
        }
        try:
            command = world.command(settings, covers, Path(self.folder))
            return subprocess.Popen(
                ["/bin/sh", "-c", self._and_sweep(command)],
                pass_fds=(control, grader),
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C is for the grader, which decides what becomes of kernels
                env={"PATH": os.defpath},
            )
        finally:
            os.close(grader)

    def _and_sweep(self, command: list[str]) -> str:
        """A shell command that also tidies up. As it outlives us, it does so even if we are killed."""
        name = Path(self.folder).name
        words = [shlex.join(command), f"rm -rf -- {shlex.quote(self.folder)}"]
        for home in self._controllers.homes.values():
            words.append(f"rmdir -- {shlex.quote(str(home / name))}-* 2>/dev/null")
        return "; ".join(words)

    def _greeting(self) -> messages.Message:
        self._control.settimeout(_START_SECONDS)
        try:
            greeting, _ = messages.receive(self._control)
        except (EOFError, OSError):
            self._errors.seek(0)
            greeting = {"error": self._errors.read().decode(errors="replace").strip() or "nothing"}
        if "error" in greeting:
            raise obstacles.cause_of_failure(greeting["error"]).error(greeting["error"])
        return greeting


at_exit = contextlib.ExitStack()
"""What is to be done when this process ends; what was added last is done first."""
atexit.register(at_exit.close)

_parents: dict[tuple[tuple[str, ...], tuple[Cover, ...]], WarmParent] = {}
_registry_lock = threading.Lock()


def warm_parent(preload: tuple[str, ...] = PRELOAD, covers: tuple[Cover, ...] = ()) -> WarmParent:
    """The warm parent of this process for a list of imports, started now if there is none that is usable.

    Of modules with a cover, it and its kernels see that and nothing else.
    """
    parent = start_warm_parent(preload, covers)
    parent.wait_until_warm()
    return parent


def start_warm_parent(preload: tuple[str, ...], covers: tuple[Cover, ...] = ()) -> WarmParent:
    """As `warm_parent`, without waiting for the imports."""
    with _registry_lock:
        parent = _parents.get((preload, covers))
        if parent is None or not parent.usable:
            if parent is not None:
                parent.retire()
            parent = _parents[preload, covers] = WarmParent(preload, covers)
        return parent


@at_exit.callback
def close_parents() -> None:
    """End every warm parent of this process."""
    with _registry_lock:
        while _parents:
            _parents.popitem()[1].close()


def hand_over_spares() -> None:
    """In a process that has just forked another: its spare kernels are the other's now."""
    for parent in _parents.values():
        parent.hand_over()


def adopt_parents() -> None:
    """In a process that was just forked from one with warm parents: ask these for kernels."""
    for parent in _parents.values():
        parent.adopt()


def _short_directory() -> str:
    directory = tempfile.gettempdir()
    longest = len(os.fsencode(directory)) + len("/nbjudge-12345678/1234567-12345-5")
    return directory if longest <= LONGEST_SOCKET_PATH else "/tmp"


def _sources(modules: dict[str, str], preload: tuple[str, ...]) -> list[Path]:
    """The files that tell whether the warm parent is out of date.

    Of an installed package, its first file, which an installer touches. Of one that is worked on, every file.
    """
    files = {Path(file) for file in modules.values()}
    for place in world.editable_modules(preload):
        files.update(place.rglob("*.py"))
    return sorted(files)


def _fingerprint(files: list[Path]) -> list[tuple[int, ...]]:
    return [_state(file) for file in files]


def _state(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
