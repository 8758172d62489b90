"""Probes of how kernels end, and of what they leave."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path

from nbjudge.kernels.probes.probe import LIGHT, Probe, probe, seen
from nbjudge.kernels.probes.trial import PATIENCE_SECONDS, Trial

_REPORT = "report it: this should hold wherever a kernel starts"
_PLACES = ("/tmp", "/dev/shm", "/home/learner")

_DETACH = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
"""
_HANG = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    pass
"""


def run() -> list[Probe]:
    """Try how kernels end."""
    return [
        probe("files left behind", "private directories end with the kernel", _REPORT, _files_left),
        probe("processes left behind", "a pid namespace ends with its first process",
              _REPORT, _processes_left),
        probe("a loop that ignores interrupts", "the namespace's first process is killed from outside",
              _REPORT, _hang),
        probe("a crash", "the parent reports the status", _REPORT, _crash),
        probe("the submission's folder", "regular files are copied in", _REPORT, _folder),
    ]  # fmt: skip


def _files_left() -> tuple[bool, str]:
    write = "; ".join(f"open('{place}/left', 'w').write('x')" for place in _PLACES)
    with Trial(preload=LIGHT) as trial:
        trial.run(write)
    with Trial(preload=LIGHT) as trial:
        found = trial.run("import os", f"[p for p in {_PLACES} if os.path.exists(p + '/left')]")
    return not found, f"still in {found}" if found else "the next kernel does not find them"


def _processes_left() -> tuple[bool, str]:
    """Every process of a kernel has the other end of the judge's socket; it closes with the last of them."""
    with Trial(preload=LIGHT) as trial:
        trial.run(_DETACH)
        trial.process.kill()
        trial.process.wait(PATIENCE_SECONDS)
        trial.judge.settimeout(PATIENCE_SECONDS)
        try:
            gone = trial.judge.recv(1) == b""
        except TimeoutError:
            gone = False
    return gone, "a detached process ended with the kernel" if gone else "a detached process lives on"


def _hang() -> tuple[bool, str]:
    with Trial(preload=LIGHT) as trial:
        seen(trial, _HANG, seconds=0.3)
        trial.process.signal(signal.SIGINT)
        started = time.monotonic()
        trial.process.kill()
        code = trial.process.wait(PATIENCE_SECONDS)
    return code == -signal.SIGKILL, f"ended {1000 * (time.monotonic() - started):.0f} ms after it was told to"


def _crash() -> tuple[bool, str]:
    with Trial(preload=LIGHT) as trial:
        outcome = seen(trial, "import ctypes; ctypes.string_at(0)")
    return "segmentation fault" in outcome, outcome


def _folder() -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        (folder / "data" / "plain.txt").write_text("x")
        (folder / "link").symlink_to("/etc/passwd")
        os.mkfifo(folder / "pipe")
        with Trial(folder=name, preload=LIGHT) as trial:
            found = trial.run("import os", "[f for _, _, files in os.walk('.') for f in files]")
            seen(trial, "open('new', 'w').write('x')")
        kept = sorted(os.listdir(name))
    return found == ["plain.txt"] and "new" not in kept, f"sees {found}; what it writes stays in its copy"
