"""One kernel, driven message by message: every cell is bounded in time and output, and no answer is trusted.

nbclient would do for honest kernels. This one reads only what it needs of a message, survives malformed ones, and
tells a cell that failed from one that never ended and from one that took the kernel with it.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any, cast

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_output

from nbjudge import words
from nbjudge.conversation.common.messages import SERVE
from nbjudge.errors import KernelStartError
from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.kernels.judged import JudgedProvisioner
from nbjudge.kernels.parent import at_exit
from nbjudge.patience import ENDLESS, Allowance, Seconds
from nbjudge.settings import NBJudge

_START_SECONDS = 60
_GRACE_SECONDS = 2  # between an interrupt and the end of patience
_ENDING_SECONDS = 0.5  # between the end of the judge's socket and that of the kernel
_VALUE = 2000  # characters of a value that is kept where output was dropped
_PROVISIONERS = {"bubblewrap": "nbjudge-sandbox", "none": "nbjudge-local"}


class Ended(Enum):
    """How a cell ended."""

    OK = auto()
    ERROR = auto()  # it raised
    TIMEOUT = auto()  # it was interrupted
    DEAD = auto()  # it took the kernel with it


@dataclass
class CellRun:
    """How a cell ended, in words where it did not end well, and what it put out."""

    status: Ended = Ended.OK
    detail: str = ""
    outputs: list[NotebookNode] = field(default_factory=list)
    computed: Seconds = 0.0


class _Specs(KernelSpecManager):
    """Knows one kernel: ours, started by the provisioner that the settings name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                "--HistoryManager.enabled=False",
                "--IPKernelApp.capture_fd_output=False",
                "--IPKernelApp.kernel_class=nbjudge.kernels.inside.app.GradingKernel",
            ],
            display_name="nbjudge",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": kernel_name}},
        )


_stopped: list[KernelSession] = []


@at_exit.callback
def close_stopped() -> None:
    """Remove what is left of the kernels that were stopped. Linux needs some time for their end."""
    while _stopped:
        _stopped.pop().close()


class KernelSession:
    """A running kernel in the folder of a submission."""

    def __init__(self, settings: NBJudge, folder: Path | None):
        close_stopped()
        self._settings = settings
        # The sandbox has a folder of its own for sockets, which is swept up even after a grader that was killed.
        self._home = Path(tempfile.mkdtemp(prefix="nbj-")) if settings.sandbox == "none" else None
        self._context = zmq.Context()
        # A kernel that floods its output may fill its own memory, not ours; one message may be as large as it likes, as
        # zmq would hang up on a larger one, and all that comes later would be lost. This process's memory is bounded.
        self._context.rcvhwm, self._context.linger = 200, 0
        self._manager = KernelManager(
            kernel_name=_PROVISIONERS[settings.sandbox],
            kernel_spec_manager=_Specs(),
            transport="ipc",
            context=self._context,
            config=settings.config,
            **({"ip": str(self._home / "k"), "connection_file": str(self._home / "kernel.json")} if self._home else {}),
        )
        self._dead, self._computed = "", 0.0
        try:
            self._manager.start_kernel(cwd=str(folder) if folder else None, **_limits(settings))
            self._shell, self._iopub = self._manager.connect_shell(), self._manager.connect_iopub()
            self._wait_until_heard()
        except Exception as error:
            self.close()
            raise KernelStartError(f"the kernel did not start: {error}") from error

    @property
    def judge_socket(self) -> socket.socket:
        """Our end of the socket over which the kernel is judged. Only a kernel that was started has one."""
        ours = self._provisioner.judge_socket
        assert ours is not None
        return ours

    @property
    def _provisioner(self) -> JudgedProvisioner:
        return cast(JudgedProvisioner, self._manager.provisioner)  # all that `_Specs` names are

    def run(self, source: str, seconds: float, allowance: Allowance = ENDLESS) -> CellRun:
        """Run a cell, for at most `seconds` and what it may compute, and keep its output."""
        return self.finish(self.begin(source), seconds, allowance)

    def begin(self, source: str) -> str:
        """Send a cell to the kernel; returns the id to `finish` it by."""
        return self._send(source, {})

    def begin_serving(self, expression: str, earlier_names: list[str], given: str, first: int) -> str:
        """Have the kernel serve an object on the judge's socket; returns the id to `finish` it by."""
        served = {"expression": expression, "earlier_names": earlier_names, "given": given, "first": first}
        return self._send("", {SERVE: served})

    def _send(self, source: str, metadata: dict[str, object]) -> str:
        content = {
            "code": source,
            "silent": bool(metadata),
            "store_history": not metadata,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        sent = self._manager.session.send(self._shell, "execute_request", content, metadata=metadata)
        return str(sent["header"]["msg_id"])

    def finish(self, message_id: str, seconds: float, allowance: Allowance = ENDLESS) -> CellRun:
        """Wait until a cell has ended: by itself, by an interrupt when its time is up, or with the kernel."""
        output, began, enough = _Output(self._settings.output_bytes), self.computed(), ""

        def look() -> bool:
            nonlocal enough
            enough = allowance.why_enough(self.computed() - began)
            return bool(enough)

        reply = self._await_reply(message_id, time.monotonic() + seconds, output, look)
        if reply is not None:
            return CellRun(*_status(reply), output.outputs, self.computed() - began)
        if self.dead:
            return CellRun(Ended.DEAD, self._dead, output.outputs)
        self.interrupt()
        detail = f"did not end within {enough or f'{seconds:g} seconds'}"
        if self._await_reply(message_id, time.monotonic() + _GRACE_SECONDS, output) is None:
            self.kill()
            return CellRun(Ended.DEAD, detail, output.outputs)
        return CellRun(Ended.TIMEOUT, detail, output.outputs)

    @property
    def dead(self) -> bool:
        """Whether the kernel has ended; why is kept for `finish` and `kill`."""
        self._dead = self._dead or self._provisioner.why_dead()
        return bool(self._dead)

    def computed(self) -> Seconds:
        """What the kernel has taken of the processor so far, with those of its own processes that have ended."""
        self._computed = max(self._computed, self._provisioner.computed())
        return self._computed

    def interrupt(self) -> None:
        if not self.dead:
            self._manager.interrupt_kernel()

    def kill(self) -> str:
        """End the kernel at once; returns why it had ended by itself, or an empty string."""
        why = self._dead if self._is_ending() else ""
        self._dead = self._dead or "was stopped"
        if self._manager.has_kernel:
            self._manager.signal_kernel(signal.SIGKILL)
            self._manager.finish_shutdown(pollinterval=0.005)
        return why

    def stop(self) -> None:
        """End the kernel, and leave the waiting for its end to whoever starts the next one."""
        if not self.dead:
            self._manager.signal_kernel(signal.SIGKILL)
        _stopped.append(self)

    def close(self) -> None:
        """End the kernel and remove everything it leaves."""
        try:
            self.kill()
            self._manager.cleanup_resources()
        finally:
            self._context.destroy(linger=0)
            if self._home is not None:
                shutil.rmtree(self._home, ignore_errors=True)

    def _wait_until_heard(self) -> None:
        """Until we hear the kernel on its output channel, what it prints would be lost.

        It greets whoever listens, but while it is busy starting, it may miss that somebody began to. So we also ask.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._iopub.poll(25):
                self._receive(self._iopub)
                return
            if self.dead:
                raise RuntimeError(f"it {self._dead}")
            self._manager.session.send(self._shell, "kernel_info_request", {})
        raise RuntimeError(f"no answer within {_START_SECONDS} seconds")

    def _await_reply(
        self, message_id: str, deadline: float, output: _Output, enough: Callable[[], bool] = lambda: False
    ) -> object | None:
        """The content of the reply to a request, or None when the time is up, or the kernel gone, or it is enough."""
        poller = zmq.Poller()
        poller.register(self._shell, zmq.POLLIN)
        poller.register(self._iopub, zmq.POLLIN)
        poller.register(self.judge_socket, zmq.POLLIN)
        reply: object | None = None
        idle, check = False, time.monotonic() + 0.25
        while (now := time.monotonic()) < deadline and not (reply is not None and idle):
            ready = dict(poller.poll(int(max(1, 1000 * min(deadline - now, 0.25)))))
            if self._iopub in ready:
                idle = self._take_output(message_id, output) or idle
            if self._shell in ready:
                message = self._receive(self._shell)
                if message is not None and _parent(message) == message_id:
                    reply = message.get("content", {})
                    # The last of the output follows within moments, unless the kernel was made to lose it.
                    deadline = min(deadline, time.monotonic() + 1)
            if self.judge_socket.fileno() in ready:
                if self._is_ending():
                    return reply
                poller.unregister(self.judge_socket)
            if time.monotonic() > check:
                if self.dead or enough():
                    return reply
                check = time.monotonic() + 0.25
        return reply

    def _is_ending(self) -> bool:
        """Whether the kernel has ended, or does so within moments: its end of the judge's socket closes first."""
        ours = self._provisioner.judge_socket
        if not self.dead and ours is not None and _closed(ours):  # or its code has closed that
            until = time.monotonic() + _ENDING_SECONDS
            while not self.dead and time.monotonic() < until:
                time.sleep(0.01)
        return self.dead

    def _take_output(self, message_id: str, output: _Output) -> bool:
        """Read one message of output; returns whether the kernel says that the cell is done."""
        message = self._receive(self._iopub)
        if message is None or _parent(message) != message_id:
            return False
        kind, content = message.get("msg_type"), message.get("content")
        if kind == "status":
            return isinstance(content, dict) and content.get("execution_state") == "idle"
        output.add(kind, content)
        return False

    def _receive(self, channel: zmq.Socket[bytes]) -> dict[str, Any] | None:
        try:
            _, message = self._manager.session.recv(channel, mode=zmq.NOBLOCK)
        except Exception:  # whatever a hostile kernel sent, it is not a message
            return None
        return message if isinstance(message, dict) else None


def _closed(end: socket.socket) -> bool:
    """Whether the other end is closed. An urgent byte wakes whoever polls, and is nothing that could be read."""
    try:
        return end.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _limits(settings: NBJudge) -> dict[str, object]:
    """What the sandbox is told; Jupyter's own way to start a kernel knows no limits."""
    if settings.sandbox == "none":
        return {}
    preload = tuple(settings.kernel_modules) or (*PRELOAD, *settings.course_modules)
    return {"limits": settings.limits, "preload": preload, "covers": tuple(settings.covers)}


def _parent(message: dict[str, Any]) -> object:
    parent = message.get("parent_header")
    return parent.get("msg_id") if isinstance(parent, dict) else None


def _status(reply: object) -> tuple[Ended, str]:
    if not isinstance(reply, dict) or reply.get("status") == "ok":
        return Ended.OK, ""
    return Ended.ERROR, words.clean(f"{reply.get('ename')}: {reply.get('evalue')}", 500).rstrip(": ")


class _Output:
    """The outputs of a cell, up to a size; what comes after is counted and dropped."""

    def __init__(self, limit: int):
        self.outputs: list[NotebookNode] = []
        self._left = limit
        self._full = False

    def add(self, kind: object, content: object) -> None:
        if self._full:
            self._keep_value(kind, content)
            return
        output = _as_output(kind, content)
        if output is None:
            return
        text = json.dumps(output)
        size = len(text)
        if "\\ud" in text:  # perhaps half of a surrogate pair, which cannot be written to a file
            output = from_dict(json.loads(words.clean(json.dumps(output, ensure_ascii=False))))
        if size > self._left:
            self._full = True
            if output["output_type"] == "stream":
                output["text"] = output["text"][: self._left]
                self.outputs.append(output)
            # Not as an error's text: of a grading cell with plain tests, that would cost the points.
            self.outputs.append(_new_output("stream", name="stdout", text="\n[the rest of the output was dropped]\n"))
            self._keep_value(kind, content)
            return
        self._left -= size
        last = self.outputs[-1] if self.outputs else None
        if last and last["output_type"] == output["output_type"] == "stream" and last["name"] == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def _keep_value(self, kind: object, content: object) -> None:
        """Of what comes too late, keep the value of a cell, if it is short: it may be a score."""
        if kind != "execute_result" or any(output["output_type"] == kind for output in self.outputs):
            return
        output = _as_output(kind, content)
        if output is not None and len(json.dumps(output)) <= _VALUE:
            self.outputs.append(output)


def _as_output(kind: object, content: object) -> NotebookNode | None:
    """A well-formed notebook output, or None for anything else."""
    if not isinstance(content, dict):
        return None
    if kind == "stream" and isinstance(content.get("text"), str):
        name = "stderr" if content.get("name") == "stderr" else "stdout"
        return _new_output("stream", name=name, text=content["text"])
    if kind in ("display_data", "execute_result") and isinstance(content.get("data"), dict):
        data = {str(k)[:200]: v for k, v in content["data"].items() if isinstance(v, str)}
        return _new_output(str(kind), data=data)
    if kind == "error":
        trace = content.get("traceback")
        lines = [str(line) for line in trace] if isinstance(trace, list) else []
        return _new_output("error", ename=str(content.get("ename")), evalue=str(content.get("evalue")), traceback=lines)
    return None


def _new_output(kind: str, **fields: object) -> NotebookNode:
    made: NotebookNode = new_output(kind, **fields)
    return made
