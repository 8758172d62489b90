"""The Jupyter kernel that grades: ipykernel, without what only a person at a keyboard needs.

Most of a kernel's start does not depend on who it is for. So the warm parent makes the application and the
interactive shell once, and each kernel goes on from there: `IPKernelApp.initialize` sets up what is common,
then asks where the kernel is to be reached, by `init_connection_file`. In that call, the parent forks.
"""

from __future__ import annotations

import importlib
import os
import pdb
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import IPython.core.debugger
import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from traitlets import Type
from traitlets.config import Config

from nbjudge.compat import ListeningSockets
from nbjudge.conversation.common import messages
from nbjudge.conversation.common.messages import SERVE
from nbjudge.kernels.common.ports import PORTS


@dataclass
class Connection:
    """Where a kernel is reached: the path that its sockets have outside, its key, and the sockets."""

    ip: str
    key: bytes
    listeners: list[int]
    """Descriptors, in the order of `PORTS`."""


class GradingShell(ZMQInteractiveShell):
    """IPython's shell, which runs "!command" without a pseudo-terminal: kernels have no such devices."""

    def system_piped(self, cmd: str) -> None:
        """Run a command, and print what it prints."""
        command = self.var_expand(cmd, depth=1)
        with subprocess.Popen(
            command,
            shell=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            for line in process.stdout or ():
                print(line, end="")
        self.user_ns["_exit_code"] = process.returncode

    system = system_piped

    def ask_exit(self) -> None:
        """exit() and quit() end no kernel: what follows is graded, too."""
        print("[exit() was passed over: the notebook goes on while it is graded]")

    def _update_exit_now(self, change: object) -> None:
        """Nor does anything else that asks for the end."""


_SERVER = "nbjudge.conversation.inside.serve"


class GradingKernel(IPythonKernel):
    """An IPython kernel that serves the judge, and that answers whatever its cells have done."""

    shell_class = Type(GradingShell)

    def __init__(self, **kwargs: Any):
        kwargs["debugpy_stream"] = None  # nobody will debug
        super().__init__(**kwargs)
        self.shell: Any  # in the sandbox, the one that the parent has made
        self.shell.parent = self.shell.kernel = self
        self._judge = int(os.environ[messages.JUDGE_FD])
        # It imports torch, which a lesson of plain tests does without; where one is judged, it is there already.
        self._server: Any = sys.modules.get(_SERVER)
        self._streams = sys.stdout, sys.stderr
        # An answer with a breakpoint left in it is no worse for that; nobody is there to go on from it.
        sys.breakpointhook = pdb.set_trace = IPython.core.debugger.set_trace = _pass_over

    async def do_execute(
        self, code: str, silent: bool, *args: Any, cell_meta: Any = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Run a cell; or, by what the grader notes with the request, serve an object to the judge.

        To serve is no cell: no name, hook or transformer that a learner's code has set takes part in it.
        """
        try:
            if isinstance(cell_meta, dict) and SERVE in cell_meta:
                server = self._server or importlib.import_module(_SERVER)
                server.serve_kernel(self._judge, self.shell.user_ns, **cell_meta[SERVE])
            else:
                reply: dict[str, Any] = await super().do_execute(code, silent, *args, **kwargs)
                return reply
        except BaseException as error:  # without a reply, the grader would wait until the time of the cell is up
            return {"status": "error", "ename": type(error).__name__, "evalue": "", "traceback": []}
        finally:
            self._mend_streams()
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

    def do_shutdown(self, restart: bool) -> dict[str, Any]:  # type: ignore[override]  # as IPythonKernel has it
        """Learners' code may ask for it; the grader never does, it ends the process."""
        print("[the kernel was not shut down: the notebook goes on while it is graded]")
        return {"status": "ok", "restart": restart}

    def _mend_streams(self) -> None:
        """ipykernel flushes them, and would fail where a cell has closed them."""
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except Exception:
            sys.stdout, sys.stderr = self._streams


def _pass_over(*args: object, **kwargs: object) -> None:
    print("[a breakpoint was passed over: no debugger is there while a notebook is graded]")


class GradingApp(ListeningSockets, IPKernelApp):
    """Starts a `GradingKernel`. `connect` comes between what kernels share and what is each one's own."""

    kernel_class = GradingKernel
    connect: Callable[[], Connection]

    def init_connection_file(self) -> None:
        """Where ipykernel would read its connection file, learn the connection by `connect`."""
        self.log.setLevel(self.log_level)  # else ipykernel would write every message, and nobody read it
        # Not ipykernel's compiler, which names each cell after a hash for the debugger, made byte by byte.
        self.shell = GradingShell.instance(
            parent=self, profile_dir=self.profile_dir, kernel=None, compiler_class=CachingCompiler
        )
        super().init_extensions()
        super().init_code()
        connection = self.connect()
        self.transport, self.ip, self.session.key = "ipc", connection.ip, connection.key
        # The grader listens already: its client need not wait for us, and we need no directory in common.
        self.listeners = dict(zip(PORTS.values(), connection.listeners, strict=True))
        for name, port in PORTS.items():
            setattr(self, name, port)

    def init_extensions(self) -> None:
        """The parent has done it."""

    def init_code(self) -> None:
        """The parent has done it."""

    def init_control(self, context: zmq.Context[Any]) -> None:
        """As in ipykernel, but for the connection by which a debugger would talk to the shell."""
        super().init_control(context)
        self.debug_shell_socket.close(linger=0)

    def init_heartbeat(self) -> None:
        """No thread to show that we are alive: the grader sees the process."""

    def close(self) -> None:
        """As in ipykernel, but the control thread ends first: it flushes outputs, and would wait for the thread of those."""
        if self.control_thread is not None and self.control_thread.is_alive():
            self.control_thread.stop()
            self.control_thread.join()
        super().close()

    def write_connection_file(self, **kwargs: Any) -> None:
        """The grader knows it."""

    def log_connection_info(self) -> None:
        """The grader knows it."""


def make(connect: Callable[[], Connection]) -> GradingApp:
    """The application, not yet initialised."""
    config = Config()
    config.HistoryManager.enabled = False  # a database and a thread
    config.IPKernelApp.capture_fd_output = False  # pipes and threads for what C code prints
    config.IPCompleter.use_jedi = False
    app = GradingApp.instance(config=config)
    app.connect = connect
    return app


def hide_debugger() -> None:
    """Let ipykernel find no debugger: importing one takes longer than all the rest of a kernel's start."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # Python's own way to say that there is none
    try:
        import ipykernel.debugger  # noqa: F401
    finally:
        del sys.modules["debugpy"]
