"""Names: the object at an import path, and what a name of the learner's stands for while somebody is judged."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any

MISSING = object()


def find(path: str) -> object:
    """The object at a dotted path, or None where there is none."""
    try:
        return pkgutil.resolve_name(path)
    except (ImportError, AttributeError, ValueError):
        return None


def rebind(namespace: dict[str, Any], names: Iterable[str], given: str) -> dict[str, object]:
    """Bind `names` to those of the `given` module; returns what they were before."""
    saved: dict[str, object] = {}
    parts = importlib.import_module(given) if given and names else None
    for name in names:
        if hasattr(parts, name):
            saved[name] = namespace.get(name, MISSING)
            namespace[name] = getattr(parts, name)
    return saved


def restore(namespace: dict[str, Any], saved: dict[str, object]) -> None:
    """Put back what `rebind` has returned."""
    for name, value in saved.items():
        if value is MISSING:
            namespace.pop(name, None)
        else:
            namespace[name] = value
