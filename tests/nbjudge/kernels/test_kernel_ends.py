"""However a kernel ends, it costs no more than itself, and nothing of it stays."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import patience
import pytest
from nbjudge.kernels.cgroup import Controllers
from nbjudge.kernels.parent import warm_parent
from nbjudge.kernels.session import KernelSession
from nbjudge.settings import NBJudge
from patience import until
from sandboxed import SOURCES, members

GRADER = f"""
import os, sys, time
sys.path[:0] = {[os.path.dirname(__file__), os.path.dirname(patience.__file__)]!r}
from patience import until
from sandboxed import Kernel, members
from conftest import registered
registered.__wrapped__()
kernel = Kernel()
kernel.send(
    "import os, time\\nfor _ in range(3):\\n    os.fork()\\n"
    "os.setsid() if os.getpid() > 1 else 0\\nwhile True: pass"
)
until(lambda: len(members(kernel)) == 8)
print(os.path.dirname(kernel.manager.ip), *members(kernel), flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os._exit(0)", "exited with status 0"),
        ("import os; os._exit(7)", "exited with status 7"),
        ("import ctypes; ctypes.string_at(0)", "was killed by signal 11 (segmentation fault)"),
        ("import os; os.abort()", "was killed by signal"),
    ],
)
def test_why_it_ended(kernel, code, why):
    kernel.send(code)
    assert kernel.wait_for_death().startswith(why)


def test_it_cannot_kill_itself_from_inside(kernel):
    """The first process of a namespace is immune to signals from there."""
    kernel.run("import os, signal\nos.kill(1, signal.SIGKILL)")
    assert kernel.run("print(1)") == "1"
    assert kernel.provisioner.why_dead() == ""


def test_a_signal_to_its_group_reaches_nobody_else(start):
    """Process groups go across pid namespaces, so a kernel must not be in its parent's."""
    neighbour, kernel = start(), start()
    parent = warm_parent()
    for number in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGSTOP", "SIGKILL"):
        kernel.reply(kernel.send(f"import os, signal\nos.kill(0, signal.{number})"))
        kernel.reply(kernel.send(f"os.killpg(os.getpgid(0), signal.{number})"))
    assert warm_parent() is parent
    assert neighbour.run("print(1)") == "1"
    assert start().run("print(1)") == "1"


def test_interrupt(kernel):
    message = kernel.begin("while True: pass")
    kernel.manager.interrupt_kernel()
    assert kernel.reply(message)["ename"] == "KeyboardInterrupt"
    assert kernel.run("print(1)") == "1"


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)", "while True: pass"),
        ("import ctypes", "ctypes.PyDLL(None).sleep(600)"),
        ("import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))", "while True: pass"),
    ],
)
def test_what_ignores_interrupts_is_killed(kernel, before, code):
    kernel.begin(code, before)
    kernel.manager.interrupt_kernel()
    time.sleep(0.3)  # for whoever would hear
    assert kernel.manager.is_alive()
    group = members(kernel)
    kernel.manager.shutdown_kernel(now=True)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in group)
    assert kernel.provisioner.why_dead() == "was killed by signal 9 (killed)"


def test_detached_processes_end_with_the_kernel(kernel):
    kernel.run(
        "import os, time\nfor _ in range(3):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(600)"
    )
    group = members(kernel)
    assert len(group) == 4
    kernel.send("os._exit(0)")
    assert kernel.wait_for_death() == "exited with status 0"
    assert not any(os.path.exists(f"/proc/{pid}") for pid in group)


def test_nothing_is_left_for_the_next_kernel(start):
    places = ("/tmp", "/dev/shm", "/home/learner")
    first = start()
    first.run("".join(f"open('{place}/left', 'w').write('x')\n" for place in places))
    first.run("import torch\ntorch.nothing_was_left = False\nimport os\nos.environ['LEFT'] = 'x'")
    first.close()
    second = start()
    assert second.run(f"import os\nprint([p for p in {places} if os.path.exists(p + '/left')])") == "[]"
    assert second.run("import torch\nprint(hasattr(torch, 'nothing_was_left'), 'LEFT' in os.environ)") == "False False"


def test_a_killed_grader_leaves_nothing():
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    grader = subprocess.Popen([sys.executable, "-c", GRADER], stdout=subprocess.PIPE, text=True, env=environment)
    folder, *pids = grader.stdout.readline().split()
    assert len(pids) == 8
    grader.kill()
    grader.wait()
    grader.stdout.close()
    until(lambda: not (living(pids) or os.path.exists(folder) or groups(folder)))
    assert (living(pids), os.path.exists(folder), groups(folder)) == ([], False, [])


def living(pids: list[str]) -> list[str]:
    return [pid for pid in pids if os.path.exists(f"/proc/{pid}")]


def groups(folder: str) -> list[Path]:
    """Control groups of a grader, which bear the name of its folder."""
    homes = Controllers.detect().homes.values()
    return [group for home in homes for group in home.glob(f"{Path(folder).name}*")]


def test_thirty_kernels_leave_no_trace(start):
    first = start()
    first.run("1")
    first.close()
    before = traces()
    for number in range(30):
        kernel = start()
        kernel.send("1") if number % 3 else kernel.send("import os; os._exit(0)")
        kernel.close()
    until(lambda: traces() == before)
    assert traces() == before


def traces() -> dict[str, object]:
    """Whatever a kernel could leave: descriptors, processes below us, sockets, control groups."""
    parents = {os.getpid()}
    processes = 0
    for pid in sorted(map(int, filter(str.isdigit, os.listdir("/proc")))):
        try:
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in parents:
            parents.add(pid)
            processes += 1
    folder = warm_parent().folder
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "processes": processes,
        "files": os.listdir(folder),
        "groups": len(groups(folder)),
    }


def test_signal_to_an_ended_kernel_is_no_error(kernel):
    kernel.send("import os; os._exit(0)")
    kernel.wait_for_death()
    kernel.manager.signal_kernel(signal.SIGINT)


def test_one_that_is_just_ending_says_why():
    """Its end of the judge's socket closes a moment before anybody is told how it ended."""
    for number in (3, 4, 5):
        session = KernelSession(NBJudge(), None)
        try:
            session.begin(f"import os; os._exit({number})")
            select.select([session.judge_socket], [], [])
            assert session.kill() == f"exited with status {number}"
        finally:
            session.close()
