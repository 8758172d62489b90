"""The judge's side of the wire: a stand-in that a check uses as if it were the learner's own object.

Calls travel to the learner's process and come back as plain arrays. Autograd works through it: the result of a
call that depends on a tensor or parameter with `requires_grad` can be differentiated here, and the backward
pass runs where the learner's code is.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from nbjudge import words
from nbjudge.conversation.common import wire
from nbjudge.conversation.common.names import find
from nbjudge.conversation.common.weights import listed
from nbjudge.conversation.connection import Connection, Unusable

_RECIPE = "_nbjudge_recipe"


@dataclass
class Changes:
    """What the learner's code is reported to have done to its arguments, and to whether gradients are recorded.

    It wrote to copies of them: whatever it does to its arguments, the arrays on this side stay as they are.
    """

    written: list[object] = field(default_factory=list)
    required: list[object] = field(default_factory=list)
    """Tensors that came without a gradient, and require one now."""
    held: list[object] = field(default_factory=list)
    """Tensors that came without a gradient, and hold one now."""
    grad_mode: bool = False


_CHANGES: ContextVar[Changes | None] = ContextVar("_CHANGES", default=None)


@contextmanager
def changes() -> Iterator[Changes]:
    """What the calls of stand-ins change while this is entered."""
    found = Changes()
    token = _CHANGES.set(found)
    try:
        yield found
    finally:
        _CHANGES.reset(token)


class StandIn:
    """Stands for an object in the learner's process: call it, read its attributes, pass it as an argument."""

    def __init__(self, connection: Connection, handle: int = 0, types_: tuple[str, ...] = ()):
        vars(self).update(_connection=connection, _handle=handle, _types=types_)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        encoder = wire.Encoder(self._send_handle, keep_strides=True)
        document, arrays = self._connection.request(
            "call",
            encoder,
            target=self._handle,
            args=encoder.encode(args),
            kwargs=encoder.encode(kwargs),
            grad=torch.is_grad_enabled(),
        )
        decoder = self._decoder(arrays)
        try:
            result = decoder.decode(document.get("ok"))
        except wire.WireError as error:
            raise Unusable(str(error)) from error
        self._connection.observe(result)
        self._note_changes(document, encoder)
        number = document.get("call")
        if isinstance(number, int):
            result = self._with_gradients(number, document.get("ok"), result, encoder)
        return result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._ask("get", target=self._handle, name=name)

    def __setattr__(self, name: str, value: object) -> None:
        encoder = wire.Encoder(self._send_handle, keep_strides=True)
        self._connection.request("set", encoder, target=self._handle, name=name, value=encoder.encode(value))

    def __getitem__(self, key: int | str) -> Any:
        return self._ask("item", target=self._handle, key=key)

    def __len__(self) -> int:
        return int(self._ask("length", target=self._handle))

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"<stand-in for {self._types[0] if self._types else 'the exercise'}>"

    def _ask(self, op: str, **fields: wire.Json) -> Any:
        document, arrays = self._connection.request(op, **fields)
        try:
            return self._decoder(arrays).decode(document.get("ok"))
        except wire.WireError as error:
            raise Unusable(str(error)) from error

    def _decoder(self, arrays: wire.Arrays) -> wire.Decoder:
        return wire.Decoder(arrays, lambda node: _stand_in(self._connection, node))

    def _send_handle(self, value: object) -> wire.Json:
        if isinstance(value, StandIn):
            return {"handle": value._handle}
        if hasattr(value, _RECIPE):
            return {"handle": _make(self._connection, value)._handle}
        if callable(value) and _is_the_checks(value):
            return {"handle": _lend(self._connection, value)._handle}
        return {"path": path_of(value)}

    def _note_changes(self, reported: wire.Document, encoder: wire.Encoder) -> None:
        """Note what the learner's code did to which arguments; nothing is done to ours."""
        noted = _CHANGES.get() or Changes()
        for kind, arrays in (("changed", noted.written), ("required", noted.required), ("held", noted.held)):
            told = reported.get(kind)
            keys = [key for key in (told if isinstance(told, list) else []) if isinstance(key, str)]
            keys = [key for key in keys if key in encoder.sent]
            if keys:
                self._connection.observe([kind, *keys])
            arrays.extend(encoder.sent[key] for key in keys)
        if reported.get("grad_kept") is False:
            self._connection.observe("grad mode")
            noted.grad_mode = True

    def _with_gradients(self, number: int, node: object, result: object, encoder: wire.Encoder) -> object:
        """Replace the tensors of `result` that have a gradient by ones that autograd can follow back."""
        found: list[torch.Tensor] = []
        _collect(node, result, found)
        leaves = encoder.linked
        anchor = torch.zeros((), requires_grad=True)
        call = _Call(self._connection, number, list(leaves))
        apply: Callable[..., tuple[torch.Tensor, ...]] = _Bridge.apply  # torch gives it no type
        linked = iter(apply(call, len(found), anchor, *found, *leaves.values()))
        return _replace(node, result, linked)


def _stand_in(connection: Connection, node: dict[str, Any]) -> StandIn:
    handle, kinds = node.get("handle"), node.get("types", [])
    if not isinstance(handle, int) or not isinstance(kinds, list):
        raise wire.WireError("the answer holds something that is no value")
    return StandIn(connection, handle, tuple(words.clean(kind, 200) for kind in kinds[:12]))


class _Call:
    def __init__(self, connection: Connection, number: int, leaves: list[str]):
        self.connection, self.number, self.leaves = connection, number, leaves


class _Bridge(torch.autograd.Function):
    """Outputs here whose backward pass is run in the learner's process."""

    @staticmethod
    def forward(ctx: Any, call: _Call, count: int, anchor: torch.Tensor, *tensors: torch.Tensor) -> Any:
        ctx.call, ctx.shapes = call, [t.shape for t in tensors[count:]]
        ctx.set_materialize_grads(False)
        return tuple(t.clone() for t in tensors[:count])

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor | None) -> Any:
        call: _Call = ctx.call
        encoder = wire.Encoder(_no_handle)
        document, arrays = call.connection.request(
            "backward", encoder, call=call.number, cotangents=encoder.encode(list(cotangents))
        )
        try:
            grads = wire.Decoder(arrays, _no_handle).decode(document.get("ok"))
        except wire.WireError as error:
            raise Unusable(str(error)) from error
        call.connection.observe(grads)
        grads = grads if isinstance(grads, dict) else {}
        found = [grads.get(key) for key in call.leaves]
        fitting = [
            g if isinstance(g, torch.Tensor) and g.shape == shape else None
            for g, shape in zip(found, ctx.shapes, strict=True)
        ]
        return (None, None, None, *[None] * len(cotangents), *fitting)


def _no_handle(_: object) -> wire.Json:
    raise wire.WireError("a gradient must be an array")


def _collect(node: object, value: object, found: list[torch.Tensor]) -> None:
    """The tensors of a decoded value whose original has a gradient, in order."""
    if isinstance(node, dict) and node.get("grad") is True and isinstance(value, torch.Tensor):
        found.append(value)
    for inner, part in _children(node, value):
        _collect(inner, part, found)


def _replace(node: object, value: object, linked: Iterator[torch.Tensor]) -> object:
    if isinstance(node, dict) and node.get("grad") is True and isinstance(value, torch.Tensor):
        return next(linked)
    children = list(_children(node, value))
    if isinstance(value, (list, tuple)):
        return type(value)(_replace(inner, part, linked) for inner, part in children)
    if isinstance(value, dict):
        keys = list(value)
        return {k: _replace(inner, part, linked) for k, (inner, part) in zip(keys, children, strict=True)}
    return value


def _children(node: Any, value: object) -> Iterable[tuple[object, object]]:
    """The parts of a decoded value, each with the node that it was decoded from."""
    if isinstance(value, (list, tuple)):
        return zip(node[type(value).__name__], value, strict=True)
    if isinstance(value, dict) and len(node["dict"]) == len(value):
        return zip([pair[1] for pair in node["dict"]], value.values(), strict=True)
    return ()


def _is_the_checks(value: object) -> bool:
    """Whether a function, a class, or the class of an object stands in a check module, which nobody else sees."""
    kind = value if inspect.isclass(value) or inspect.isfunction(value) else type(value)
    home = getattr(sys.modules.get(kind.__module__ or ""), "__file__", None) or ""
    return Path(home).name.startswith("test_")


def path_of(value: object) -> str:
    """The import path by which the learner's process gets a callable of a library."""
    module, name = getattr(value, "__module__", None) or "torch", getattr(value, "__name__", "")
    if name and not _is_the_checks(value) and find(f"{module}.{name}") is value:
        return f"{module}.{name}"
    raise TypeError(
        f"a {type(value).__name__} cannot be sent: `make` makes what a library defines, "
        "and an object of a class of the check's own is passed as it is"
    )


def make(kind: type[Any] | str, *args: object, **kwargs: object) -> Any:
    """Make an object that exists on both sides: here, and, with the same weights, wherever it is passed to.

    `kind` is a class of a library that learners have, or the import path of one. What the check module itself defines
    is passed as it is: it stays with the judge, and the learner's code gets a stand-in of it.
    """
    if isinstance(kind, str):
        path = kind
        module, _, name = kind.rpartition(".")
        maker = getattr(importlib.import_module(module), name)
    else:
        path, maker = path_of(kind), kind
    made = maker(*args, **kwargs)
    object.__setattr__(made, _RECIPE, (path, args, kwargs))
    return made


def _make(connection: Connection, value: object) -> StandIn:
    """The object's twin in the learner's process, made there anew with the weights it has here now."""
    path, args, kwargs = getattr(value, _RECIPE)
    root = StandIn(connection)
    encoder = wire.Encoder(root._send_handle, keep_strides=True)
    state = None
    if isinstance(value, torch.nn.Module):
        state = encoder.encode({k: v.detach() for k, v in value.state_dict().items()})
    document, _ = connection.request(
        "make",
        encoder,
        path=path,
        args=encoder.encode(args),
        kwargs=encoder.encode(kwargs),
        state=state,
        training=getattr(value, "training", True),
    )
    node = document.get("ok")
    return _stand_in(connection, node if isinstance(node, dict) else {})


def _lend(connection: Connection, value: Callable[..., object]) -> StandIn:
    """A stand-in, in the learner's process, of what stays here; with the mode that it has here now."""
    training = value.training if isinstance(value, torch.nn.Module) else None
    document, _ = connection.request("lend", lent=connection.lent.lend(value), training=training)
    node = document.get("ok")
    return _stand_in(connection, node if isinstance(node, dict) else {})


def twin(student: object, made: object) -> Any:
    """The twin, beside `student`, of an object from `make`: pass it to the learner's code, then look at it.

    Of an object of the check's own, the twin is the stand-in that the learner's code gets.

    Every pass of `made` itself makes another twin; this one stays the same, so that what the learner's code did
    to it can be seen. Beside an object of this process, such as the reference, it is `made` itself.
    """
    if not isinstance(student, StandIn):
        return made
    if callable(made) and not hasattr(made, _RECIPE):
        return _lend(student._connection, made)
    return _make(student._connection, made)


def gradients(module: Any) -> dict[str, torch.Tensor | None]:
    """The gradients of a module's parameters by name, for a stand-in and for a module of our own alike."""
    if isinstance(module, StandIn):
        found = module._ask("gradients", target=module._handle)
        module._connection.observe(found)
        return found if isinstance(found, dict) else {}
    return {name: p.grad for name, p in module.named_parameters()}


@dataclass(frozen=True)
class Weight:
    """One name in a module's state_dict, and what stands there.

    `first` is the name itself, or an earlier one that stands for the same tensor.
    """

    shape: tuple[int, ...]
    parameter: bool
    learns: bool
    first: str


def weights(module: Any) -> dict[str, Weight]:
    """What a module's state_dict holds, for a stand-in and for a module of our own alike: no values.

    >>> for name, weight in weights(torch.nn.Linear(4, 3)).items():
    ...     print(name, weight.shape, weight.parameter)
    weight (3, 4) True
    bias (3,) True
    """
    if not isinstance(module, StandIn):
        found: Any = listed(module)
    else:
        found = module._ask("weights", target=module._handle)
        module._connection.observe(found)
    try:
        return {str(name): _weight(*told) for name, told in found.items()}
    except (AttributeError, TypeError) as error:
        raise Unusable("the answer does not say what the module holds") from error


def _weight(shape: Any, parameter: object, learns: object, first: object) -> Weight:
    sizes = tuple(size for size in shape if isinstance(size, int))
    return Weight(sizes, parameter is True, learns is True, words.clean(first, 200))


def is_a(value: object, kind: type[Any]) -> bool:
    """Whether an object, on either side, is an instance of a class of torch or of the given parts."""
    if isinstance(value, StandIn):
        return any(
            name.rsplit(".", 1)[-1] == kind.__qualname__ and name.split(".")[0] == kind.__module__.split(".")[0]
            for name in value._types
        )
    return isinstance(value, kind)
