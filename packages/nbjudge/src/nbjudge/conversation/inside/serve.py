"""The learner's side of the wire: runs in the process that holds the learner's code, and only serves calls.

It knows no test and no expected value. A request names an object (by handle), an attribute or a call, and the
answer carries data. Whatever the learner's code did to this process, the judge believes nothing of an answer
but the arrays, and compares those.
"""

from __future__ import annotations

import itertools
import linecache
import socket
import types
from collections.abc import Callable, ItemsView, KeysView, ValuesView
from typing import Any, TypeAlias
from warnings import catch_warnings, simplefilter

import torch

from nbjudge.conversation.common import wire
from nbjudge.conversation.common.arrays import copy_of, differs
from nbjudge.conversation.common.names import find, rebind, restore
from nbjudge.conversation.common.weights import listed
from nbjudge.conversation.inside.asking import Asking, stand_in
from nbjudge.conversation.inside.condition import Condition
from nbjudge.conversation.inside.watch import Watch, WatchedCall

Request: TypeAlias = dict[str, Any]  # of the judge's, and trusted
Answer: TypeAlias = tuple[dict[str, wire.Json], wire.Arrays]


class Server:
    """Serves one object of the learner's over a socket until it is told to end."""

    def __init__(self, sock: socket.socket, root: object, first: int = 0):
        self._channel, self._first = wire.Channel(sock), first
        self._asking = Asking(self._channel)
        self._objects: dict[int, Any] = {0: root}
        self._calls: dict[int, tuple[wire.Arrays, list[torch.Tensor]]] = {}
        self._ids = itertools.count(1)
        self._watch = Watch(())
        self._condition = Condition()

    def run(self) -> None:
        """Answer until the judge ends the conversation, or is gone."""
        with self._condition:
            self._run()

    def _run(self) -> None:
        self._channel.send({"id": self._first, "ok": True}, {})
        while True:
            try:
                request, arrays = self._asking.next_request()
            except KeyboardInterrupt:
                continue  # the judge gave up on a call that had just ended
            except EOFError:
                return
            if request["op"] == "end":
                return
            reply, out = self._answer(request, arrays)
            try:
                self._channel.send({"id": request["id"], **reply}, out)
            except wire.WireError as error:
                self._channel.send({"id": request["id"], "error": error_as_data(error)}, {})

    def _answer(self, request: Request, arrays: wire.Arrays) -> Answer:
        try:
            self._asking.open(request["id"])
            with catch_warnings():
                simplefilter("ignore")
                answer: Answer = getattr(self, "_do_" + request["op"])(request, arrays)
                return answer
        except BaseException as error:  # SystemExit and the like must not end the service
            return {"error": error_as_data(error)}, {}
        finally:
            self._asking.open(None)

    # -- operations ---------------------------------------------------------------------------------------

    def _do_call(self, request: Request, arrays: wire.Arrays) -> Answer:
        target = self._objects[request["target"]]
        decoder = _Arguments(arrays, self._resolve, request["grad"])
        args: Any = decoder.decode(request["args"])
        kwargs: Any = decoder.decode(request["kwargs"])
        pristine = {key: copy_of(value) for key, value in decoder.decoded.items()}
        with torch.set_grad_enabled(request["grad"]), self._watch:
            result = target(*args, **kwargs)
            grad_kept = torch.is_grad_enabled() == request["grad"]
        if isinstance(result, (types.GeneratorType, itertools.chain, KeysView, ValuesView, ItemsView)):
            result = list(itertools.islice(result, wire.BOUNDS.items))
        encoder = wire.Encoder(self._keep)
        reply: dict[str, wire.Json] = {"ok": encoder.encode(result)}
        reply["call"] = self._remember(decoder.leaves, encoder)
        reply["changed"] = [key for key, value in decoder.decoded.items() if differs(value, pristine[key])]
        plain = [(key, value) for key, value in decoder.decoded.items() if key not in decoder.leaves]
        tensors = [(key, value) for key, value in plain if isinstance(value, torch.Tensor)]
        reply["required"] = [key for key, value in tensors if value.requires_grad]
        reply["held"] = [key for key, value in tensors if value.grad is not None]
        reply["grad_kept"] = grad_kept
        return reply, encoder.arrays

    def _do_make(self, request: Request, arrays: wire.Arrays) -> Answer:
        maker = load(request["path"])
        decoder = wire.Decoder(arrays, self._resolve, trusted=True)
        args: Any = decoder.decode(request["args"])
        kwargs: Any = decoder.decode(request["kwargs"])
        made = maker(*args, **kwargs)
        if request["state"] is not None:
            made.load_state_dict(decoder.decode(request["state"]))
            made.train(request["training"])
        return {"ok": self._keep(made)}, {}

    def _do_lend(self, request: Request, arrays: wire.Arrays) -> Answer:
        return {"ok": self._keep(stand_in(self._asking, request["lent"], request["training"]))}, {}

    def _do_get(self, request: Request, arrays: wire.Arrays) -> Answer:
        encoder = wire.Encoder(self._keep)
        value = getattr(self._objects[request["target"]], request["name"])
        return {"ok": encoder.encode(value)}, encoder.arrays

    def _do_set(self, request: Request, arrays: wire.Arrays) -> Answer:
        value = wire.Decoder(arrays, self._resolve, trusted=True).decode(request["value"])
        setattr(self._objects[request["target"]], request["name"], value)
        return {"ok": None}, {}

    def _do_item(self, request: Request, arrays: wire.Arrays) -> Answer:
        encoder = wire.Encoder(self._keep)
        return {"ok": encoder.encode(self._objects[request["target"]][request["key"]])}, encoder.arrays

    def _do_length(self, request: Request, arrays: wire.Arrays) -> Answer:
        return {"ok": len(self._objects[request["target"]])}, {}

    def _do_backward(self, request: Request, arrays: wire.Arrays) -> Answer:
        """Gradients of the outputs of an earlier call, for given cotangents; parameters keep theirs in `.grad`."""
        leaves, outputs = self._calls[request["call"]]
        cotangents: Any = wire.Decoder(arrays, self._resolve, trusted=True).decode(request["cotangents"])
        pairs = [(o, c) for o, c in zip(outputs, cotangents, strict=True) if c is not None]
        for leaf in leaves.values():
            leaf.grad = None
        torch.autograd.backward([o for o, _ in pairs], [c for _, c in pairs], retain_graph=True)
        encoder = wire.Encoder(self._keep)
        grads = {key: leaf.grad for key, leaf in leaves.items()}
        return {"ok": encoder.encode(grads)}, encoder.arrays

    def _do_gradients(self, request: Request, arrays: wire.Arrays) -> Answer:
        module = self._objects[request["target"]]
        encoder = wire.Encoder(self._keep)
        return {"ok": encoder.encode({name: p.grad for name, p in module.named_parameters()})}, encoder.arrays

    def _do_weights(self, request: Request, arrays: wire.Arrays) -> Answer:
        encoder = wire.Encoder(self._keep)
        return {"ok": encoder.encode(listed(self._objects[request["target"]]))}, encoder.arrays

    def _do_reset(self, request: Request, arrays: wire.Arrays) -> Answer:
        self._objects = {0: self._objects[0]}
        self._calls = {}
        self._watch = Watch(request["forbids"], request["given"])
        self._condition.renew(request["seed"])
        return {"ok": None}, {}

    # -- helpers ------------------------------------------------------------------------------------------

    def _keep(self, value: object) -> wire.Json:
        number = next(self._ids)
        self._objects[number] = value
        return {"handle": number, "types": [f"{c.__module__}.{c.__qualname__}" for c in type(value).__mro__][:12]}

    def _resolve(self, node: dict[str, Any]) -> object:
        if "handle" in node:
            return self._objects[node["handle"]]
        return load(node["path"])

    def _remember(self, leaves: wire.Arrays, encoder: wire.Encoder) -> int | None:
        if not encoder.linked:
            return None
        number = next(self._ids)
        self._calls[number] = (leaves, list(encoder.linked.values()))
        return number


class _Arguments(wire.Decoder):
    """The arguments of a call, and in `leaves`, by key, what those are computed from whose gradient is wanted.

    Such a tensor arrives as it does within a network, as the result of a step before: code that writes to it has
    the gradients that it deserves, where at a leaf autograd would raise an error of its own.
    """

    def __init__(self, arrays: wire.Arrays, handle: Callable[[dict[str, Any]], object], differentiated: bool):
        super().__init__(arrays, handle, trusted=True)
        self.leaves: wire.Arrays = {}
        self._differentiated = differentiated

    def _array(self, tag: str, node: dict[str, Any]) -> object:
        value = super()._array(tag, node)
        if not (self._differentiated and node.get("grad") is True and isinstance(value, torch.Tensor)):
            return value
        key = node[tag]
        self.leaves[key] = value.requires_grad_()
        with torch.enable_grad():
            self.decoded[key] = value.clone()
        return self.decoded[key]


def load(path: str) -> Any:
    """A callable from its import path."""
    found = find(path)
    if found is None:
        raise ImportError(f"there is no {path}")
    return found


def error_as_data(error: BaseException) -> dict[str, wire.Json]:
    """An exception as data: its type's name and its message, both bounded."""
    try:
        message = (error.name if isinstance(error, WatchedCall) else str(error))[:2000]
    except Exception:  # a learner's __str__ may itself fail
        message = ""
    return {
        "type": type(error).__name__[:200],
        "base": next((c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"), ""),
        "message": message,
        "line": _own_line(error),
        "forbidden": isinstance(error, WatchedCall),
        "wire": isinstance(error, wire.WireError),
    }


def _own_line(error: BaseException) -> str:
    """The line of the notebook, or of the file that is judged, in which the error came up."""
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            line = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno, trace.tb_frame.f_globals)
        trace = trace.tb_next
    return line.strip()[:200]


def serve(
    sock: socket.socket,
    namespace: dict[str, Any],
    expression: str,
    earlier_names: list[str],
    given: str,
    first: int = 0,
) -> None:
    """Serve `expression` of `namespace`, with the earlier names bound to those of the `given` module.

    The learner's own names are put back afterwards, so that later cells see the learner's world unchanged.
    """
    saved = rebind(namespace, earlier_names, given)
    try:
        try:
            with Condition():
                root = eval(expression, namespace)  # the instructor's own text
        except BaseException as error:
            wire.Channel(sock).send({"id": first, "error": error_as_data(error)}, {})
            return
        Server(sock, root, first).run()
    finally:
        restore(namespace, saved)


def serve_kernel(
    fd: int, namespace: dict[str, Any], expression: str, earlier_names: list[str], given: str, first: int
) -> None:
    """`serve` on the socket with the descriptor `fd`, which stays open."""
    sock = socket.socket(fileno=fd)
    try:
        serve(sock, namespace, expression, earlier_names, given, first)
    finally:
        sock.detach()
