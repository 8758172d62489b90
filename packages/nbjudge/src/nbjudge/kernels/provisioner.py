"""Jupyter's own place to change how kernels start: a provisioner that hands out sandboxed, warm ones."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from traitlets import Instance, List, Unicode

from nbjudge.kernels.common.ports import PORTS
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.kernels.judged import JudgedProvisioner
from nbjudge.kernels.launch import launch
from nbjudge.kernels.process import KernelProcess
from nbjudge.limits import Limits

_KILL_SECONDS = 10
_POLL_SECONDS = 0.005


class SandboxProvisioner(JudgedProvisioner):
    """Starts kernels in a sandbox, each by a fork of the warm parent. The manager needs `transport="ipc"`.

    `limits`, `folder`, `preload` and `covers` may be given to the manager's `start_kernel`; there, `cwd` is another
    name for `folder`. The kernel's command and environment are ours, whatever the kernel spec says.
    """

    limits = Instance(Limits, (), help="What the kernel may use.")
    folder = Unicode(None, allow_none=True, help="The submission's folder; the kernel starts in a copy of it.")
    preload = List(Unicode(), list(PRELOAD), help="Modules that the warm parent imports.").tag(config=True)

    _process: KernelProcess | None = None
    _why = ""

    @property
    def has_process(self) -> bool:
        """Whether there is a kernel that has not been waited for."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The kernel's process id, as seen from here."""
        return self._process.pid if self._process else None

    @property
    def left_behind(self) -> list[str]:
        """Names in the submission's folder that the kernel was not given: links, pipes, too large files."""
        return self._process.left_behind if self._process else []

    def why_dead(self) -> str:
        """Why the kernel ended, to go on after "the kernel"; empty while it runs."""
        return self._process.why_dead() if self._process else self._why

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """What `launch_kernel` is to be told, of all that the manager was told."""
        manager = self._manager
        if manager.transport != "ipc":
            raise ValueError('a sandboxed kernel has no network; use KernelManager(transport="ipc")')
        for name, port in PORTS.items():
            setattr(manager, name, port)
        # The manager may have a place for the sockets: it was given one, or the kernel is being restarted.
        place = os.path.dirname(manager.ip)
        return {
            "cmd": [],
            "ip": manager.ip if os.path.isabs(place) and os.path.isdir(place) else None,
            "folder": kwargs.get("folder", self.folder) or kwargs.get("cwd"),
            "limits": kwargs.get("limits", self.limits),
            "preload": tuple(kwargs.get("preload", self.preload)),
            "covers": kwargs.get("covers", ()),
        }

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel; it serves when this returns."""
        self._why = ""
        manager = self._manager
        launched = await asyncio.to_thread(launch, manager.session.key.decode(), **kwargs)
        self._process, self.judge_socket = launched.process, launched.judge
        manager.ip = launched.ip
        if not manager.connection_file:
            manager.connection_file = f"{launched.ip}.json"
        self.connection_info = manager.get_connection_info()
        return self.connection_info

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit status."""
        return self._process.poll() if self._process else 0

    async def wait(self) -> int | None:
        """Wait for the end of the kernel, and give back what it held."""
        while (code := await self.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
        self._give_back()
        return code

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel. The first process of a namespace ignores signals that it does not handle."""
        if self._process is not None:
            self._process.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and everything it has started."""
        if self._process is not None:
            self._process.kill()
            deadline = time.monotonic() + _KILL_SECONDS
            while self._process.poll() is None and time.monotonic() < deadline:
                await asyncio.sleep(_POLL_SECONDS)

    async def terminate(self, restart: bool = False) -> None:
        """As `kill`: a learner's kernel has nothing that is worth a farewell."""
        await self.send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """Forget the kernel."""
        self._give_back()
        if self.judge_socket is not None:
            self.judge_socket.close()
            self.judge_socket = None

    @property
    def _manager(self) -> KernelManager:
        return cast(KernelManager, self.parent)  # Jupyter makes provisioners so

    def _give_back(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._why = process.why_dead()
            process.close()
