"""The way back to the judge: stand-ins for what it has lent to the learner's code.

They hold no source, no weights and no state but the mode. To call one asks the judge, which waits for the learner's
answer and answers first. Arrays travel there and back; gradients do not.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from nbjudge.conversation.common import wire

_ERRORS = {"TypeError": TypeError, "ValueError": ValueError, "AttributeError": AttributeError}


class Asking:
    """Asks the judge over the channel that its requests come by, while one of them is being answered."""

    def __init__(self, channel: wire.Channel):
        self._channel, self._lock = channel, threading.Lock()
        self._request: int | None = None  # the judge's, which is being answered
        self._number = 0
        self._ahead: deque[tuple[wire.Document, wire.Arrays]] = deque()

    def next_request(self) -> tuple[wire.Document, wire.Arrays]:
        """What the judge wants next."""
        while True:
            request, arrays = self._ahead.popleft() if self._ahead else self._channel.receive()
            if request["op"] != "told":  # told to a call that was given up
                return request, arrays

    def open(self, request: int | None) -> None:
        """From now on `request` is being answered; None: no request is, and nobody may ask."""
        with self._lock:
            self._request = request

    def ask(self, encoder: wire.Encoder, **fields: wire.Json) -> tuple[wire.Document, wire.Arrays]:
        """Ask, and return what is told."""
        with self._lock:
            if self._request is None or self._ahead:
                raise RuntimeError("what the judge has lent can be used only while it waits for your code's answer")
            self._number += 1
            document = {"id": self._request, "ask": {**fields, "number": self._number}}
            self._channel.send(document, encoder.arrays)
            while True:
                told, arrays = self._channel.receive()
                if told["op"] != "told":  # the judge has given up
                    self._ahead.append((told, arrays))
                    raise RuntimeError("the judge waits no longer")
                if told["number"] == self._number:
                    return told, arrays


class _Link:
    """One thing that was lent, and the way to ask about it."""

    def __init__(self, asking: Asking, number: int):
        self._asking, self._number = asking, number

    def __deepcopy__(self, memo: object) -> _Link:
        return self

    def read(self, name: str) -> Any:
        encoder = wire.Encoder(_no_data)
        told, arrays = self._asking.ask(encoder, lent=self._number, name=name, read=True)
        return _METHOD if told.get("method") else _value(told, arrays)

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], **modes: bool) -> Any:
        encoder = wire.Encoder(_no_data)
        sent: dict[str, wire.Json] = {"args": encoder.encode(args), "kwargs": encoder.encode(kwargs)}
        grad = torch.is_grad_enabled()
        return _value(*self._asking.ask(encoder, lent=self._number, name=name, grad=grad, **modes, **sent))


_METHOD = object()


class LentFunction:
    """Stands for a function of the judge's."""

    def __init__(self, link: _Link):
        self._link = link

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._link.call("", args, kwargs)


class LentModule(nn.Module):
    """Stands for a module of the judge's.

    It has one part, so that a mode that was set without reaching the parts is seen, and one parameter, so that it can
    be asked for its device and dtype. Neither says anything of what it stands for.
    """

    def __init__(self, link: _Link, training: bool):
        super().__init__()
        self._link = link
        self.part = nn.Identity()
        self.weight = nn.Parameter(torch.zeros(()))
        self.train(training)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("", *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name.startswith("_"):
                raise
        found = self._link.read(name)
        return Method(self._call, name) if found is _METHOD else found

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        modes = {"training": bool(self.training), "parts_training": bool(self.part.training)}
        return self._link.call(name, args, kwargs, **modes)


class Method:
    """A method of what was lent."""

    def __init__(self, call: Callable[..., Any], name: str):
        self._call, self.__name__ = call, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self.__name__, *args, **kwargs)


def stand_in(asking: Asking, number: int, training: bool | None) -> LentFunction | LentModule:
    """What the learner's code is given; `training` is the mode of a module, and None for a function."""
    link = _Link(asking, number)
    return LentFunction(link) if training is None else LentModule(link, training)


def _value(told: wire.Document, arrays: wire.Arrays) -> Any:
    error: Any = told.get("error")
    if error is not None:
        raise _ERRORS[error["kind"]](error["message"])
    return wire.Decoder(arrays, _no_data, trusted=True).decode(told["ok"])


def _no_data(value: object) -> Any:
    raise TypeError(f"the judge takes arrays, numbers and texts, not a {type(value).__name__}")
