"""The condition in which a learner's object is judged: that of a fresh process, whatever the learner's cells have set.

A default type of double precision, gradients switched off, errors for rounding: such settings of a learner's own cells
are for their own cells. They are put back afterwards.
"""

from __future__ import annotations

import builtins
import contextlib
import random
import signal
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

# Functions as they were before a learner's code could put others in their places.
_BUILTINS = dict(vars(builtins))
_ERRORS = np.geterr()
_LEAST_DEPTH = sys.getrecursionlimit()
_seed_random, _seed_numpy = random.seed, np.random.seed
_set_profile, _set_trace = sys.setprofile, sys.settrace

_SETTINGS: list[tuple[Callable[[], Any], Callable[[Any], object], Callable[[Any], Any]]] = [
    (torch.get_default_dtype, torch.set_default_dtype, lambda _: torch.float32),
    (torch.is_grad_enabled, torch.set_grad_enabled, lambda _: True),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, lambda _: False),
    (torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms, lambda _: False),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, lambda _: "highest"),
    (lambda: torch.is_autocast_enabled("cpu"), lambda on: torch.set_autocast_enabled("cpu", on), lambda _: False),
    (np.geterr, lambda kinds: np.seterr(**kinds), lambda _: _ERRORS),
    (np.geterrcall, np.seterrcall, lambda _: None),
    (sys.getrecursionlimit, sys.setrecursionlimit, lambda depth: max(depth, _LEAST_DEPTH)),
    (sys.gettrace, _set_trace, lambda _: None),
    (sys.getprofile, _set_profile, lambda _: None),
]
"""How a setting is read, how it is made, and what it is to be, given what it was."""


class Condition:
    """A context in which objects are judged. What the learner's cells have set is noted, and put back at the end."""

    def __init__(self) -> None:
        self._found: list[Any] = []
        self._others = contextlib.ExitStack()

    def __enter__(self) -> Condition:
        mine = {name: value for name, value in vars(builtins).items() if _BUILTINS.get(name, value) is not value}
        vars(builtins).update(_BUILTINS)
        self._others.callback(vars(builtins).update, mine)
        self._found = [read() for read, _, _ in _SETTINGS]
        device = torch.get_default_device()
        if device.type != "cpu":
            torch.set_default_device(None)
            self._others.callback(torch.set_default_device, device)
        if torch.is_inference_mode_enabled():
            self._others.enter_context(torch.inference_mode(False))
        if hasattr(signal, "setitimer"):  # Windows has none
            alarm = signal.setitimer(signal.ITIMER_REAL, 0)
            if any(alarm):
                self._others.callback(signal.setitimer, signal.ITIMER_REAL, *alarm)
        self.renew()
        return self

    def renew(self, seed: int | None = None) -> None:
        """Put everything in order again: the calls of one check must not matter to the next."""
        for read, make, wish in _SETTINGS:
            _make(make, read(), wish(read()))
        if seed is not None:
            _seed_random(seed)
            _seed_numpy(seed)
            # Not torch.manual_seed: it notes a whole traceback for every kind of accelerator there might be.
            torch.default_generator.manual_seed(seed)

    def __exit__(self, *exception: object) -> None:
        for (read, make, _), value in zip(_SETTINGS, self._found, strict=True):
            _make(make, read(), value)
        self._others.close()


def _make(make: Callable[[Any], object], now: object, wanted: object) -> None:
    if now != wanted:  # to switch determinism, torch imports a compiler
        with contextlib.suppress(RecursionError):  # a limit that is lower than we are deep
            make(wanted)
