"""A sandboxed kernel to try things in: code goes in, a value comes out."""

from __future__ import annotations

import ast
import json
import secrets
import time
from typing import Any

import zmq
from jupyter_client.session import Session

from nbjudge.kernels.common.preload import PRELOAD
from nbjudge.kernels.launch import launch
from nbjudge.limits import Limits

PATIENCE_SECONDS = 60
"""What is tried takes moments; this is for a machine that has much else to do."""

_POLL_MS = 20


class Trial:
    """A kernel, for the time of a `with` statement."""

    def __init__(self, limits: Limits | None = None, folder: str | None = None, preload: tuple[str, ...] = PRELOAD):
        key = secrets.token_hex()
        launched = launch(key, limits or Limits(), folder, preload)
        self.process, self.judge = launched.process, launched.judge
        self._session = Session(key=key.encode())
        self._context = zmq.Context()
        self._shell = self._context.socket(zmq.DEALER)
        self._shell.connect(f"ipc://{launched.ip}-1")

    def run(self, code: str, expression: str = "None", seconds: float = PATIENCE_SECONDS) -> Any:
        """Run code, then evaluate an expression, whose value JSON can hold.

        Raises `RuntimeError` with the error that the code raised, `EOFError` if the kernel ended of it, and
        `TimeoutError` if it did neither.
        """
        content = {
            "code": f"import json\n{code}",
            "silent": False,
            "store_history": False,
            "user_expressions": {"value": f"json.dumps({expression})"},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        self._session.send(self._shell, "execute_request", content)
        reply = self._reply(time.monotonic() + seconds)
        value = reply.get("user_expressions", {}).get("value", {})
        for outcome in (reply, value):
            if outcome.get("status") != "ok":
                raise RuntimeError(f"{outcome.get('ename')}: {outcome.get('evalue')}")
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def close(self) -> None:
        """End the kernel."""
        self._context.destroy(linger=0)
        self.judge.close()
        self.process.close()

    def __enter__(self) -> Trial:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reply(self, deadline: float) -> dict[str, Any]:
        while time.monotonic() < deadline:
            message = self._session.recv(self._shell)[1] if self._shell.poll(_POLL_MS) else None
            if message is not None:
                content: dict[str, Any] = message["content"]
                return content
            if self.process.poll() is not None:
                raise EOFError(f"the kernel {self.process.why_dead()}")
        raise TimeoutError("no answer")
