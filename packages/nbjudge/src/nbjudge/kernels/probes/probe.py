"""One probe of the sandbox: an honest attempt to break it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbjudge.kernels.probes.trial import PATIENCE_SECONDS, Trial

LIGHT: tuple[str, ...] = ()
"""Probes need no torch; their warm parent starts in a moment."""


@dataclass(frozen=True)
class Probe:
    """What was tried, whether the sandbox held, by what means it does, and what was seen."""

    name: str
    holds: bool
    how: str
    detail: str
    mend: str


def seen(trial: Trial, code: str, expression: str = "None", seconds: float = PATIENCE_SECONDS) -> str:
    """What an attempt in a kernel came to, in words: its value, its error, or the kernel's end."""
    try:
        return str(trial.run(code, expression, seconds))
    except (RuntimeError, EOFError, TimeoutError) as outcome:
        return str(outcome)


def probe(name: str, how: str, mend: str, attempt: Callable[[], tuple[bool, str]]) -> Probe:
    """Carry out an attempt, which says whether the sandbox held and what was seen."""
    try:
        holds, detail = attempt()
    except (OSError, RuntimeError, EOFError, TimeoutError) as error:
        holds, detail = False, f"the attempt itself failed: {type(error).__name__}: {error}"
    return Probe(name, holds, how, detail, "" if holds else mend)
