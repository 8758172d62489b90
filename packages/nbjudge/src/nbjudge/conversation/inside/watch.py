"""Sees, where the learner's code runs, whether it calls what an exercise asks it to build."""

from __future__ import annotations

import _thread
import inspect
import sys
import threading
import types
from collections.abc import Callable, Sequence
from typing import Any

import torch

from nbjudge.conversation.common.names import find


class WatchedCall(Exception):
    """The learner's code called what the exercise asks it to build."""

    @property
    def name(self) -> str:
        """The import path of what it called."""
        return str(self.args[0])


class Watch:
    """Raises `WatchedCall` when one of the named functions is called while it is entered.

    A profile hook sees calls of Python functions and of C functions by identity, whatever name the learner's
    code reaches them by. What a function of the `given` module calls is not counted against the learner. A call
    that was caught by the learner's code, or made in a thread, is reported at the end.

    It is a help to honest people. Whoever rewrites this process can blind it, and gains the points of those checks.
    """

    def __init__(self, names: tuple[str, ...] | list[str], given: str = ""):
        self._given = _namespaces(given) if given and names else ()
        self._seen: str | None = None
        self._codes: dict[object, str] = {}
        self._builtins: dict[object, str] = {}
        for name in names:
            for function in _functions(find(name)):
                if isinstance(function, types.FunctionType):
                    self._codes[function.__code__] = name
                else:
                    self._builtins[function] = name
        self._active = bool(self._codes or self._builtins)
        # What would take the hook off, or start a thread that does not get it.
        self._builtins.update({sys.setprofile: "sys.setprofile", _thread.start_new_thread: "_thread.start_new_thread"})

    def __enter__(self) -> None:
        if self._active:
            self._seen = None
            threading.setprofile(self._hook)
            sys.setprofile(self._hook)

    def __exit__(self, *_: object) -> None:
        if self._active:
            sys.setprofile(None)
            threading.setprofile(None)
        if self._seen is not None:
            raise WatchedCall(self._seen)

    def _hook(self, frame: types.FrameType, event: str, argument: object) -> None:
        if event == "call":
            name, caller = self._codes.get(frame.f_code), frame.f_back
        elif event == "c_call":
            name, caller = self._builtin(argument), frame
        else:
            return
        if name is None or caller is None or caller.f_code in _ALLOWED:
            return
        while caller is not None:
            if any(caller.f_globals is own for own in self._given):
                return
            caller = caller.f_back
        self._seen = self._seen or name
        raise WatchedCall(name)

    def _builtin(self, function: object) -> str | None:
        try:
            found = self._builtins.get(function)
        except TypeError:
            return None
        if found is None and isinstance(getattr(function, "__self__", None), torch.Tensor):
            found = self._builtins.get(getattr(torch.Tensor, getattr(function, "__name__", ""), None))
        return found


# Who may take the hook off, and who may start threads, which get the hook from `threading`.
_ALLOWED = {Watch.__exit__.__code__, threading.Thread.start.__code__}


def _namespaces(package: str) -> tuple[dict[str, Any], ...]:
    """The namespaces of a package and of all its modules that are imported."""
    names = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    return tuple(vars(sys.modules[name]) for name in names if sys.modules[name] is not None)


def _functions(target: object) -> Sequence[Callable[..., object]]:
    """The functions that run when `target` is called: itself, or a class's constructor and forward."""
    if isinstance(target, type):
        own = [vars(target).get(name) for name in ("forward", "__init__")]
        return [f for f in own if isinstance(f, types.FunctionType)][:1]
    # A decorator, such as torch.no_grad, has one and the same code around all that it decorates.
    return [inspect.unwrap(target)] if callable(target) else []
