"""Helpers of these tests: real sandboxed kernels, reached as any Jupyter program reaches a kernel."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from queue import Empty

import nbjudge
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from patience import PATIENCE, until

PROVISIONER = "nbjudge-sandbox"
SOURCES = Path(nbjudge.__file__).parents[1]


class OneKernel(KernelSpecManager):
    """Knows a kernel that names our provisioner."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        metadata = {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return KernelSpec(argv=[], display_name="sandboxed", language="python", metadata=metadata)


def manager() -> KernelManager:
    return KernelManager(kernel_name=PROVISIONER, kernel_spec_manager=OneKernel(), transport="ipc")


class Kernel:
    """A sandboxed kernel and a client."""

    def __init__(self, **options):
        self.manager = manager()
        self.manager.start_kernel(**options)
        self.client = self.manager.client()
        self.client.start_channels(hb=False)
        assert until(self._heard), "the kernel says nothing"

    def _heard(self) -> bool:
        """Whether its output reaches us. What it prints before would be lost."""
        self.client.kernel_info()
        try:
            self.client.get_iopub_msg(timeout=0.05)
        except Empty:
            return False
        return True

    @property
    def provisioner(self):
        return self.manager.provisioner

    def send(self, code: str) -> str:
        return self.client.execute(code, stop_on_error=False)

    def begin(self, code: str, before: str = "") -> str:
        """Send a cell, and wait until it has done what comes `before` and goes on."""
        # One flush hands the text to ipykernel's thread that sends; after another one, it is sent.
        say = "import sys\nprint('begun', flush=True)\nsys.stdout.flush()"
        message_id = self.send(f"{before}\n{say}\n{code}")
        self.wait_for_output(message_id, "begun")
        return message_id

    def wait_for_output(self, message_id: str, text: str) -> str:
        """Whatever a cell, or what it has started, printed until `text` was among it."""
        heard = ""
        while text not in heard:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == message_id and message["msg_type"] == "stream":
                heard += message["content"]["text"]
        return heard

    def reply(self, message_id: str) -> dict:
        while True:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == message_id:
                return message["content"]

    def run(self, code: str) -> str:
        """The printed output of a cell; fails if the cell does."""
        lines = []

        def hear(message: dict) -> None:
            if message["msg_type"] == "stream":
                lines.append(message["content"]["text"])

        content = self.client.execute_interactive(code, output_hook=hear, timeout=PATIENCE)["content"]
        assert content["status"] == "ok", content
        return "".join(lines).strip()

    def error(self, code: str) -> str:
        """Name and text of the error that a cell raises."""
        content = self.reply(self.send(code))
        assert content["status"] == "error", content
        return f"{content['ename']}: {content['evalue']}"

    def wait_for_death(self) -> str:
        assert until(lambda: not self.manager.is_alive()), "the kernel lives on"
        return self.provisioner.why_dead()

    def close(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)


def members(kernel: Kernel) -> list[int]:
    """Process ids of all that runs in a kernel's pid namespace, as seen from here."""
    namespace = _namespace(kernel.provisioner.pid)
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _namespace(pid) == namespace]


def _namespace(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def run_python(code: str, *prefix: str, **options) -> subprocess.CompletedProcess:
    """Another Python process, which finds nbjudge where we found it."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    command = [*prefix, sys.executable, "-c", code]
    return subprocess.run(
        command, **{"env": environment, "capture_output": True, "text": True, "timeout": PATIENCE, **options}
    )


def as_ordinary_user(code: str) -> subprocess.CompletedProcess:
    """The same, but not as root; who we are already, if we are not root."""
    if os.geteuid() != 0:
        return run_python(code)
    with tempfile.TemporaryDirectory() as aside:
        prefix = ["unshare", "--mount", "sh", "-c", _let_others_in(aside), "sh"]
        prefix += ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--inh-caps=-all"]
        return run_python(code, *prefix, cwd="/")


def _let_others_in(aside: str) -> str:
    """Shell commands that, for themselves alone, open the way to Python where only root may go."""
    commands = []
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        for directory in reversed(Path(prefix).parents):
            if not directory.stat().st_mode & 0o001:
                child = Path(prefix).relative_to(directory).parts[0]
                commands += [
                    f"mount --bind {shlex.quote(str(directory / child))} {aside}",
                    f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(directory))}",
                    f"mkdir {shlex.quote(str(directory / child))}",
                    f"mount --move {aside} {shlex.quote(str(directory / child))}",
                ]
    return " && ".join([*dict.fromkeys(commands), 'exec "$@"'])
