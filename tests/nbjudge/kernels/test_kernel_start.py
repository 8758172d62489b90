"""Kernels are warm, and they are Jupyter kernels like any other."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from statistics import median

import pytest
from jupyter_client import AsyncKernelManager, KernelManager
from nbjudge.limits import Limits
from patience import PATIENCE
from sandboxed import PROVISIONER, OneKernel


def first_answer(manager: KernelManager) -> float:
    """Seconds from the wish for a kernel to its first answer, with torch imported."""
    started = time.perf_counter()
    manager.start_kernel()
    client = manager.client()
    client.start_channels(hb=False)
    content = client.execute("import torch", reply=True, timeout=PATIENCE)["content"]
    seconds = time.perf_counter() - started
    assert content["status"] == "ok"
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return seconds


def test_first_answer_comes_much_sooner_than_from_a_cold_kernel(kernel):
    warm = median(
        first_answer(KernelManager(kernel_name=PROVISIONER, kernel_spec_manager=OneKernel(), transport="ipc"))
        for _ in range(5)
    )
    cold = first_answer(KernelManager(kernel_name="python3", transport="ipc"))
    print(f"first answer: {1000 * warm:.0f} ms warm, {1000 * cold:.0f} ms cold")
    assert 5 * warm < cold


def test_a_kernel_shares_most_of_its_memory_with_the_parent(kernel):
    kernel.run("import torch, matplotlib.pyplot\ntorch.ones(9, requires_grad=True).exp().sum().backward()")
    rollup = Path(f"/proc/{kernel.provisioner.pid}/smaps_rollup").read_text().splitlines()
    own = sum(int(line.split()[1]) for line in rollup if line.startswith(("Private_Clean", "Private_Dirty")))
    print(f"a kernel's own memory: {own / 1000:.0f} MB")
    assert own < 150_000


def test_wait_for_ready_and_output(kernel):
    kernel.client.wait_for_ready(timeout=PATIENCE)
    assert kernel.run("print(6 * 7)") == "42"


def test_a_picture_and_a_traceback(kernel):
    seen = []
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    kernel.client.execute_interactive(plot, output_hook=seen.append, timeout=PATIENCE)
    assert any("image/png" in message["content"].get("data", {}) for message in seen)
    assert kernel.error("1 / 0") == "ZeroDivisionError: division by zero"


def test_output_of_subprocesses(kernel):
    code = """
import multiprocessing
process = multiprocessing.get_context("fork").Process(target=print, args=("from a child",))
process.start()
process.join()
"""
    assert kernel.wait_for_output(kernel.send(code), "\n") == "from a child\n"
    assert kernel.run("!echo from a shell") == "from a shell"


def test_await_in_a_cell(kernel):
    assert kernel.run("import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')") == "slept"


def test_data_loader_with_workers(kernel):
    code = """
from torch.utils.data import DataLoader
print(sum(float(batch.sum()) for batch in DataLoader(list(range(10)), batch_size=2, num_workers=2)))
"""
    assert kernel.run(code) == "45.0"


def test_asynchronous_manager():
    async def talk() -> str:
        manager = AsyncKernelManager(kernel_name=PROVISIONER, kernel_spec_manager=OneKernel(), transport="ipc")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels(hb=False)
        reply = await client.execute("1 + 1", reply=True, timeout=PATIENCE)
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        return reply["content"]["status"]

    assert asyncio.run(talk()) == "ok"


def test_restart_at_the_same_place(kernel):
    kernel.run("x = 1")
    before = kernel.manager.get_connection_info()
    kernel.manager.restart_kernel(now=True)
    assert kernel.manager.get_connection_info() == before
    assert kernel.error("x") == "NameError: name 'x' is not defined"


def test_polite_shutdown(kernel):
    kernel.run("1")
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel()
    assert not kernel.manager.is_alive()
    assert kernel.provisioner.why_dead() == "exited with status 0"


def test_two_kernels_at_once(start):
    one, two = start(), start()
    one.run("x = 1")
    two.run("x = 2")
    assert (one.run("print(x)"), two.run("print(x)")) == ("1", "2")


def test_where_the_manager_wants_its_sockets(tmp_path):
    manager = KernelManager(
        kernel_name=PROVISIONER,
        kernel_spec_manager=OneKernel(),
        transport="ipc",
        ip=str(tmp_path / "k"),
        connection_file=str(tmp_path / "kernel.json"),
    )
    assert first_answer(manager) > 0
    assert os.listdir(tmp_path) == []


def test_a_path_too_long_for_sockets_is_named(tmp_path):
    manager = KernelManager(
        kernel_name=PROVISIONER, kernel_spec_manager=OneKernel(), transport="ipc", ip=f"/{'x' * 120}"
    )
    with pytest.raises(ValueError, match="107 bytes"):
        manager.start_kernel()


def test_tcp_is_refused_with_the_mend():
    manager = KernelManager(kernel_name=PROVISIONER, kernel_spec_manager=OneKernel())
    with pytest.raises(ValueError, match='transport="ipc"'):
        manager.start_kernel()


def test_socket_of_the_judge(kernel):
    message = kernel.send(
        "import os, socket\nend = socket.socket(fileno=int(os.environ['NBJUDGE_FD']))\nend.sendall(end.recv(100)[::-1])"
    )
    kernel.provisioner.judge_socket.settimeout(PATIENCE)
    kernel.provisioner.judge_socket.sendall(b"abc")
    assert kernel.provisioner.judge_socket.recv(100) == b"cba"
    assert kernel.reply(message)["status"] == "ok"


def test_folder_is_where_the_kernel_starts(start, tmp_path):
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a.txt").write_text("words")
    (tmp_path / "helper.py").write_text("answer = 42")
    kernel = start(cwd=str(tmp_path))
    assert kernel.run("from helper import answer\nprint(answer, open('data/deep/a.txt').read())") == "42 words"
    kernel.run("open('data/deep/a.txt', 'w').write('others')")  # to a copy
    assert (tmp_path / "data" / "deep" / "a.txt").read_text() == "words"


def test_what_stays_behind_of_a_folder(start, tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "directory").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(2 << 20))
    (tmp_path / "small").write_bytes(b"x")
    kernel = start(folder=str(tmp_path), limits=Limits(file_bytes=1 << 20))
    assert kernel.run("import os\nprint(os.listdir())") == "['small']"
    assert sorted(kernel.provisioner.left_behind) == ["large", "link", "pipe"]


def test_a_folder_that_has_no_room_does_not_stop_the_kernel(start, tmp_path):
    for number in range(8):
        (tmp_path / f"{number}").write_bytes(bytes(1 << 20))
    for number in range(40):
        (tmp_path / f"{number}d" / "x" / "y").mkdir(parents=True)
        (tmp_path / f"{number}d" / "x" / "y" / "z").write_text("")
    kernel = start(folder=str(tmp_path), limits=Limits(tmp_bytes=4 << 20, tmp_files=40))
    assert kernel.run("print(1)") == "1"


def test_a_folder_that_is_a_maze_does_not_hold_up_the_kernel(start, tmp_path):
    deep = tmp_path
    for _ in range(300):
        deep = deep / "deeper"
    deep.mkdir(parents=True)
    (deep / "unreachable").write_text("")
    for number in range(2000):
        (tmp_path / f"{number}").mkdir()
    (tmp_path / "0" / "file").write_text("")
    kernel = start(folder=str(tmp_path))
    assert kernel.run("import os\nprint([f for _, _, files in os.walk('.') for f in files])") == "['file']"


def test_random_numbers_differ_between_kernels(start):
    code = "import random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    one, two = (start().run(code).split() for _ in range(2))
    assert not set(one) & set(two)


def test_environment_is_ours_alone(kernel, monkeypatch):
    environment = kernel.run("import os\nprint(dict(os.environ))")
    assert "'NBGRADER_EXECUTION': 'autograde'" in environment
    assert "'HOME': '/home/learner'" in environment
    for name in ("PYTEST_CURRENT_TEST", "JPY_PARENT_PID"):
        assert name not in environment


def test_processor_is_used_as_outside(kernel):
    import torch

    inside = kernel.run("import torch\nprint(torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())")
    assert inside == f"{torch.backends.cpu.get_cpu_capability()} 1"
