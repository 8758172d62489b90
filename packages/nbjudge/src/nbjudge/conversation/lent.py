"""What stays with the judge while the learner's code uses it: the models and functions that a check defines.

The learner's process gets a stand-in that holds neither source nor weights; see `inside.asking`. While the judge waits
for a call, the stand-in may ask for one in turn. What is asked is a stranger's: it is bounded in number, size and kind,
it reaches only what the check's own class defines under a public name, and whatever goes wrong with it is told, never
raised here.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from nbjudge import words
from nbjudge.conversation.common import wire

MOST = 20_000  # questions in one check
_BOUNDS = wire.Bounds(array_bytes=4 << 20, depth=8, items=1000, arrays=100)
_LONGEST = 4096  # entries along one axis of an array


class Lent:
    """What a check has lent to the learner's process, by number."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers = itertools.count(1)  # never the same twice: what an earlier check has lent is gone
        self._left = 0

    def renew(self) -> None:
        """Forget what was lent: another check begins."""
        self._objects = {}
        self._left = MOST

    def lend(self, value: Callable[..., object]) -> int:
        """The number under which `value` may be asked until the next check begins."""
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def answer(self, asked: object, arrays: wire.Arrays) -> tuple[dict[str, wire.Json], wire.Arrays]:
        """What is told to somebody who asked; never raises for what that was."""
        asked = asked if isinstance(asked, dict) else {}
        encoder = wire.Encoder(_no_data, _BOUNDS, keep_names=True)
        try:
            told = self._answer(asked, arrays, encoder)
        except _Refused as error:
            told = _failure(error.kind, str(error))
        except (TypeError, AttributeError):
            told = _failure("TypeError", "what your code was given cannot use arguments of these kinds")
        except (RuntimeError, IndexError) as error:  # in torch's own words
            first = (str(error).splitlines() or [""])[0]
            told = _failure("ValueError", f"what your code was given cannot use these arguments: {first}")
        except Exception:
            told = _failure("ValueError", "what your code was given cannot use these arguments")
        return {**told, "number": _number(asked.get("number"))}, encoder.arrays if "ok" in told else {}

    def _answer(self, asked: dict[str, Any], arrays: wire.Arrays, encoder: wire.Encoder) -> dict[str, wire.Json]:
        self._left -= 1
        if self._left < 0:
            raise _Refused("ValueError", "your code asks too often: does a loop never end")
        target = self._objects.get(_number(asked.get("lent")))
        if target is None:
            raise _Refused("ValueError", "this was given to your code in an earlier check, and is not there any more")
        found = _public(target, asked.get("name"))
        if asked.get("read") is True:
            return {"method": True} if callable(found) else {"ok": encoder.encode(found)}
        args, kwargs = _arguments(asked, arrays)
        _bind(found, args, kwargs)
        with _as_asked(target, asked):
            return {"ok": encoder.encode(found(*args, **kwargs))}


class _Refused(Exception):
    """An error that is told: the name of its type, and its message."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


def _failure(kind: str, message: str) -> dict[str, wire.Json]:
    return {"error": {"kind": kind, "message": words.clean(message, 300)}}


def _no_data(value: object) -> wire.Json:
    raise TypeError(f"a {type(value).__name__} is no data")


def _number(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**62 else 0


def _public(target: Any, name: object) -> Any:
    """`target` itself, or what it has under a name that is public and the check's own."""
    if name == "":
        return target
    own = {**vars(target)} if hasattr(target, "__dict__") else {}
    for kind in type(target).__mro__:
        if kind is nn.Module or kind is object:
            break
        own.update((key, getattr(target, key)) for key in vars(kind) if not key.startswith("_"))
    if not isinstance(name, str) or name.startswith("_") or name not in own:
        raise _Refused("AttributeError", f"what your code was given has no attribute {words.clean(name, 100)!r}")
    return own[name]


def _arguments(asked: dict[str, Any], arrays: wire.Arrays) -> tuple[tuple[Any, ...], dict[str, Any]]:
    size = sum(array.numel() * array.element_size() for array in arrays.values())
    longest = max((side for array in arrays.values() for side in array.shape), default=0)
    if size > _BOUNDS.array_bytes or longest > _LONGEST or len(arrays) > _BOUNDS.arrays:
        raise _Refused("ValueError", "the arguments are too large for what your code was given")
    decoder = wire.Decoder(arrays, _no_data, _BOUNDS)
    try:
        args, kwargs = decoder.decode(asked.get("args")), decoder.decode(asked.get("kwargs"))
    except wire.WireError as error:
        raise _Refused("TypeError", "what your code was given takes arrays, numbers and texts") from error
    if not isinstance(args, tuple) or not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
        raise _Refused("TypeError", "what your code was given takes arguments by position or by name")
    return args, kwargs


def _bind(found: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raises where the arguments are too many, too few, or have other names; in Python's words."""
    called = found.forward if isinstance(found, nn.Module) else found
    try:
        inspect.signature(called).bind(*args, **kwargs)
    except TypeError as error:
        raise _Refused("TypeError", str(error)) from error


@contextmanager
def _as_asked(target: object, asked: dict[str, Any]) -> Iterator[None]:
    """In the mode in which the stand-in is there, its own and that of its parts, with gradients as they are there."""
    modules = list(target.modules()) if isinstance(target, nn.Module) else []
    before = [module.training for module in modules]
    try:
        for module in modules:
            module.training = asked.get("training" if module is target else "parts_training") is True
        with torch.set_grad_enabled(asked.get("grad") is True):
            yield
    finally:
        for module, training in zip(modules, before, strict=True):
            module.training = training
