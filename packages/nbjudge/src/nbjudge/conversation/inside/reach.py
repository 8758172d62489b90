"""What stands in the place of a given part that the exercise which is judged, or a later one, asks for."""

from __future__ import annotations

import importlib
import linecache
from typing import Any

from nbjudge.conversation.inside.watch import WatchedCall


class NotYet(WatchedCall):
    """The learner's code called a given part that is out of reach."""

    def __str__(self) -> str:
        return f"{self.name} is for you to build, here or in a later exercise: until that is judged, it is out of reach"


class OutOfReach:
    """A name of the given module. To use it raises `NotYet`, until the part itself is there: then that is used.

    It can be imported all the same, so that what stands beside it in the learner's cell still runs.
    """

    def __init__(self, module: str, name: str, part: object = None):
        """`part` is kept for `give`, in a process whose code is trusted."""
        self.__dict__.update(_module=module, _name=name, _part=part)

    def __call__(self, *args: object, **kwargs: object) -> object:
        part: Any = _part(self)
        return part(*args, **kwargs)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # what Python and IPython ask of anything
            raise AttributeError(name)
        return getattr(_part(self), name)

    def __instancecheck__(self, instance: object) -> bool:
        part = _present(self)
        return isinstance(part, type) and isinstance(instance, part)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[object, ...]:
        return (_part(self),)


def _present(stand_in: OutOfReach) -> object:
    """What the given module holds in its place now."""
    own = vars(stand_in)
    return vars(importlib.import_module(own["_module"])).get(own["_name"])


def _part(stand_in: OutOfReach) -> object:
    found = _present(stand_in)
    if isinstance(found, OutOfReach) or found is None:
        own = vars(stand_in)
        raise NotYet(f"{own['_module']}.{own['_name']}")
    return found


def add(sources: list[tuple[str, str]]) -> None:
    """Execute what was left out of modules of the given package, each text in its module."""
    for number, (name, source) in enumerate(sources):
        file = f"<{name}, {number + 1} of {len(sources)}>"
        linecache.cache[file] = len(source), None, source.splitlines(True), file  # for inspect.getsource
        exec(compile(source, file, "exec"), vars(importlib.import_module(name)))


def take(module: str, names: list[str]) -> None:
    """Put parts of a module out of reach of code that is trusted: they are still in this process."""
    parts = vars(importlib.import_module(module))
    for name in names:
        if name in parts and not isinstance(parts[name], OutOfReach):
            parts[name] = OutOfReach(module, name, parts[name])


def give(module: str, names: list[str]) -> None:
    """Undo `take` for some names."""
    parts = vars(importlib.import_module(module))
    for name in names:
        if isinstance(parts.get(name), OutOfReach):
            parts[name] = vars(parts[name])["_part"]
