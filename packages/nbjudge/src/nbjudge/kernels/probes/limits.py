"""Probes of what a kernel may use up."""

from __future__ import annotations

from nbjudge.kernels.cgroup import Controllers, total_memory
from nbjudge.kernels.probes.probe import LIGHT, Probe, probe, seen
from nbjudge.kernels.probes.trial import PATIENCE_SECONDS, Trial
from nbjudge.limits import Limits
from nbjudge.words import MIB, size_in_words

_SMALL = Limits(memory_bytes=256 * MIB, processes=24, file_bytes=4 * MIB, tmp_bytes=16 * MIB, tmp_files=500)

_HOLD_MEMORY = """
import os, signal, time
readable, writable = os.pipe()
def hold():
    block = bytearray({size})
    block[::4096] = bytes(len(block[::4096]))  # every page of it
    os.write(writable, b".")
    time.sleep(3600)
children = []
for _ in range({count}):
    pid = os.fork()
    if pid == 0:
        try:
            hold()
        finally:
            os._exit(1)
    children.append(pid)
os.set_blocking(readable, False)
full, ended, deadline = 0, set(), time.monotonic() + {seconds}
while full + len(ended) < len(children) and time.monotonic() < deadline:
    time.sleep(0.1)
    ended |= {{pid for pid in set(children) - ended if os.waitpid(pid, os.WNOHANG)[0]}}
    try:
        full += len(os.read(readable, 100))
    except BlockingIOError:
        pass
for pid in set(children) - ended:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
"""
_FORK = """
import os, signal, time
children = []
try:
    while len(children) < 500:
        pid = os.fork()
        if pid == 0:
            time.sleep(30)
            os._exit(0)
        children.append(pid)
    error = "none"
except OSError as problem:
    error = str(problem)
for pid in children:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
"""
_ONE_FILE = """
try:
    with open("/tmp/large", "wb", buffering=0) as file:
        for _ in range(64):
            file.write(bytes(1 << 20))
    error = "none"
except OSError as problem:
    error = str(problem)
import os
size = os.path.getsize("/tmp/large")
os.unlink("/tmp/large")
"""
_ALL_FILES = """
import os
def fill(directory):
    total, error = 0, "none"
    for number in range(200):
        try:
            with open(f"{directory}/part{number}", "wb", buffering=0) as file:
                total += file.write(bytes(1 << 20))
        except OSError as problem:
            error = str(problem)
            break
    return total, error
places = ("/tmp", "/home/learner", "/dev/shm")
filled = {place: fill(place) for place in places}
for place in places:
    for name in os.listdir(place):
        if name.startswith("part"):
            os.unlink(f"{place}/{name}")
"""
_MANY_FILES = """
import os
count, error = 0, "none"
try:
    while count < 5000:
        open(f"/tmp/empty{count}", "w").close()
        count += 1
except OSError as problem:
    error = str(problem)
for number in range(count):
    os.unlink(f"/tmp/empty{number}")
"""


def run() -> list[Probe]:
    """Try every limit. The memory of all processes comes last, as it may cost the kernel."""
    with Trial(_SMALL, preload=LIGHT) as trial:
        return [
            probe("memory of one process", "RLIMIT_AS, beyond what the runtime maps",
                  "report it", lambda: _one_process(trial)),
            probe("number of processes", "RLIMIT_NPROC, counted per user namespace" + _also("pids"),
                  "use Linux 5.14 or later, or a system where the grader may make control groups",
                  lambda: _processes(trial)),
            probe("size of a file", "RLIMIT_FSIZE", "report it", lambda: _one_file(trial)),
            probe("size of /tmp, home and /dev/shm", "one tmpfs with a size", "report it",
                  lambda: _all_files(trial)),
            probe("number of files", "tmpfs with nr_inodes", "report it", lambda: _many_files(trial)),
            probe("memory of all processes", _memory_keeper(),
                  "let the grader make control groups: run it as root, or by systemd-run --user --scope",
                  lambda: _all_processes(trial)),
        ]  # fmt: skip


def _also(controller: str) -> str:
    controllers = Controllers.detect()
    return f", and cgroup v{controllers.version}" if controller in controllers.homes else ""


def _memory_keeper() -> str:
    cgroup = _also("memory")
    return cgroup.removeprefix(", and ") or "a watchdog in the warm parent, as no control group can be made here"


def _one_process(trial: Trial) -> tuple[bool, str]:
    outcome = seen(trial, f"block = bytearray({_SMALL.memory_bytes + 128 * MIB})")
    return "MemoryError" in outcome, outcome


def _processes(trial: Trial) -> tuple[bool, str]:
    count, error = trial.run(_FORK, "[len(children), error]")
    return count < _SMALL.processes, f"{count} more processes, then: {error} (limit {_SMALL.processes})"


def _one_file(trial: Trial) -> tuple[bool, str]:
    size, error = trial.run(_ONE_FILE, "[size, error]")
    return size <= _SMALL.file_bytes and error != "none", f"{size_in_words(size)} written, then: {error}"


def _all_files(trial: Trial) -> tuple[bool, str]:
    filled = trial.run(_ALL_FILES, "filled")
    total = sum(size for size, _ in filled.values())
    full = all(error != "none" for _, error in filled.values())
    return full and total <= _SMALL.tmp_bytes, f"{size_in_words(total)} written, then: {filled['/tmp'][1]}"


def _many_files(trial: Trial) -> tuple[bool, str]:
    count, error = trial.run(_MANY_FILES, "[count, error]")
    return count <= _SMALL.tmp_files and error != "none", f"{count} empty files, then: {error}"


def _all_processes(trial: Trial) -> tuple[bool, str]:
    """Several processes, each of which may have what it takes, but not all of them together."""
    size, count = 128 * MIB, total_memory(_SMALL) // (128 * MIB) + 3
    try:
        hold = _HOLD_MEMORY.format(size=size, count=count, seconds=PATIENCE_SECONDS)
        ended = trial.run(hold, "len(ended)", seconds=2 * PATIENCE_SECONDS)
    except EOFError as end:
        return "ran out of memory" in str(end), f"{count} processes of {size_in_words(size)}: {end}"
    return ended > 0, f"{ended} of {count} processes of {size_in_words(size)} were ended"
