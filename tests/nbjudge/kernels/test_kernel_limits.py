"""What a kernel may use up, as its learner meets it: an error in a cell, or at worst the kernel's end."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from nbjudge.limits import Limits
from nbjudge.words import GIB, MIB, size_in_words
from patience import PATIENCE, until
from sandboxed import Kernel, as_ordinary_user, members

BOMB = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        block = bytearray(200 << 20)
        block[::4096] = bytes(len(block[::4096]))
        time.sleep(600)
        os._exit(0)
block = bytearray(200 << 20)
block[::4096] = bytes(len(block[::4096]))
time.sleep(600)
"""
BOMB_WANTS = 13 * 200 * MIB
FORK_BOMB = """
import os
first, full = os.getpid(), False
while True:
    try:
        os.fork()
    except OSError:
        if os.getpid() == first and not full:
            full = True
            print("full", flush=True)
"""
SMALL = Limits(memory_bytes=300 * MIB, tmp_bytes=16 * MIB)

WATCHED = f"""
import sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from nbjudge.limits import Limits
from nbjudge.kernels.probes.trial import Trial

with Trial(Limits(memory_bytes=300 << 20, tmp_bytes=16 << 20), preload=()) as trial:
    try:
        trial.run({BOMB!r}, seconds={PATIENCE})
    except EOFError as end:
        print(end)
"""


def test_an_array_that_is_too_large_costs_its_cell(kernel):
    assert kernel.error("import torch\ntorch.ones(3 << 30, dtype=torch.uint8)").startswith("RuntimeError")
    assert kernel.error("import numpy\nnumpy.ones(3 << 30, dtype='uint8')").startswith("MemoryError")
    assert kernel.run("print(torch.ones(1 << 30, dtype=torch.uint8).numel() == 1 << 30)") == "True"


def memory_of(kernel: Kernel) -> int:
    """What all processes of a kernel hold together, shared pages divided among them."""
    total = 0
    for pid in members(kernel):
        with contextlib.suppress(OSError):  # it has just ended
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss_Anon"))
    return 1024 * total


def test_processes_that_want_too_much_together_cost_the_kernel_at_worst(start):
    kernel = start(limits=SMALL)
    kernel.send(BOMB)
    seen = []

    def went_off() -> bool:
        seen.append(memory_of(kernel))
        return seen[-1] > 200 * MIB or not kernel.manager.is_alive()

    assert until(went_off)
    end = time.monotonic() + 5  # the rest of the bomb would take it all in less
    while kernel.manager.is_alive() and time.monotonic() < end:
        seen.append(memory_of(kernel))
        time.sleep(0.05)
    assert max(seen) < BOMB_WANTS / 2  # between two looks at a busy machine's memory, several grow past the limit
    assert kernel.provisioner.why_dead() in ("", "ran out of memory (limit 300 MiB)")


def test_without_a_control_group_the_kernel_ends_with_a_reason():
    done = as_ordinary_user(WATCHED)
    assert done.stdout.strip() == "the kernel ran out of memory (limit 300 MiB)", done.stderr


def test_a_fork_bomb_is_bounded_and_ends_with_its_kernel(start):
    kernel = start()
    kernel.wait_for_output(kernel.send(FORK_BOMB), "full")
    group = members(kernel)
    assert 1 < len(group) <= 64
    kernel.close()
    assert not any(os.path.exists(f"/proc/{pid}") for pid in group)
    assert start().run("print(1)") == "1"


def test_a_full_disk_costs_its_cell(kernel):
    assert "File too large" in kernel.error("open('/tmp/large', 'wb').write(bytes(65 << 20))")
    fill = "for n in range(9):\n    open(f'{place}/{{n}}', 'wb').write(bytes(60 << 20))"
    for place in ("/tmp", "/home/learner", "/dev/shm"):
        assert "No space left" in kernel.error(fill.format(place=place))
    assert kernel.run("print(1)") == "1"


def test_limits_are_told_by_the_manager(start):
    kernel = start(limits=Limits(memory_bytes=400 * MIB, processes=20, open_files=100))
    assert kernel.error("bytearray(500 << 20)").startswith("MemoryError")
    assert "Too many open files" in kernel.error("files = [open('/dev/null') for _ in range(200)]")
    assert "Resource temporarily unavailable" in kernel.error(
        "import os, time\nfor _ in range(30):\n    if os.fork() == 0:\n        time.sleep(600)"
    )


@pytest.mark.parametrize("wrong", [0, -1, "2 GiB", 1.5])
def test_limits_must_make_sense(wrong):
    with pytest.raises(ValueError, match="memory_bytes"):
        Limits(memory_bytes=wrong)


def test_sizes_size_in_words():
    sizes = {2 * GIB: "2 GiB", 1536 * MIB: "1.5 GiB", 64 * MIB: "64 MiB", 4096: "4 KiB", 12: "12 bytes"}
    assert {size: size_in_words(size) for size in sizes} == sizes
