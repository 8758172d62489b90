"""The given module, reduced: without what the exercises that are still to be judged ask for.

It holds a working version of every exercise. So that nobody hands in the given one under another name, the process
that holds a learner's code has the module without some of its names. What remains of its source is found by reading
it, name by name: the statements that bind a name, those that bind what they read, and so on. A statement that binds no
name remains where all that it reads of these modules does. The module is never run here.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbjudge.errors import CourseError
from nbjudge.pieces import Piece, headers, is_future, rendered, statements_run
from nbjudge.scopes import bound_by, references

_OUT_OF_REACH = "from nbjudge.conversation.inside.reach import OutOfReach as _OutOfReach"


@dataclass(frozen=True)
class Cover:
    """What a kernel sees of a module, in the place of its files."""

    module: str
    files: tuple[tuple[str, str], ...]
    """Names, seen from where the module is imported, and texts."""


class Given:
    """The modules of a given package, or the one given module, by their dotted names."""

    def __init__(self, name: str, sources: Mapping[str, bytes], packages: Collection[str]):
        """`packages` are those modules that are an __init__.py. Raises `CourseError` for what is not Python."""
        self.name, self._packages = name, packages
        self._trees: dict[str, ast.Module] = {}
        for module, source in sources.items():
            try:
                self._trees[module] = ast.parse(source)
            except (SyntaxError, ValueError) as error:
                raise CourseError(f"the given module {module} is not Python: {error}.") from error
        self._pieces: dict[str, list[Piece]] = {}
        self._binding: dict[tuple[str, str], list[Piece]] = {}
        self._closures: dict[str, set[Piece]] = {}
        self._remaining: dict[frozenset[str], set[Piece]] = {}
        for module in self._trees:
            self._read(module)
        if (name, "__getattr__") in self._binding:
            raise CourseError(
                f"the given module {name} makes names by __getattr__: bind them, so that they can be read."
            )

    @classmethod
    def find(cls, name: str) -> Given:
        """The module that is imported as `name`. Raises `CourseError` where its source cannot be read."""
        try:
            spec = importlib.util.find_spec(name)
        except ImportError:
            spec = None
        if spec is None:
            raise CourseError(
                f"there is no module {name!r}, which c.NBJudge.given in nbgrader_config.py names. "
                "Install it where nbgrader runs, or correct the name."
            )
        if spec.submodule_search_locations is None:
            if not spec.origin or not spec.origin.endswith(".py"):
                raise CourseError(f"the module {name!r}, which c.NBJudge.given names, is no Python source.")
            return cls(name, {name: Path(spec.origin).read_bytes()}, ())
        sources, packages = {name: b""}, {name}
        for folder in map(Path, spec.submodule_search_locations):
            for path in sorted(folder.rglob("*.py")):
                inner = path.relative_to(folder).with_suffix("").parts
                if all(part.isidentifier() for part in inner):
                    module = ".".join((name, *inner)).removesuffix(".__init__")
                    sources[module] = path.read_bytes()
                    if path.stem == "__init__":
                        packages.add(module)
        return cls(name, sources, packages)

    @cached_property
    def names(self) -> frozenset[str]:
        """What others may import from it."""
        bound = {name for module, name in self._binding if module == self.name}
        return frozenset(name for name in bound if not name.startswith("_")) | {
            name for name in self._listed() if name in bound
        }

    def cover(self, hidden: Collection[str]) -> Cover:
        """All modules without the names in `hidden` and without what only these need.

        In the place of a hidden name stands a `nbjudge.conversation.inside.reach.OutOfReach`.
        """
        kept, out = self._kept(hidden), sorted(self.out_of_reach(hidden))
        texts = {module: rendered(self._trees[module], kept, docstring=True) for module in self._trees}
        stand_ins = [f"{name} = _OutOfReach(__name__, {name!r})" for name in out]
        texts[self.name] = "\n".join([texts[self.name], _OUT_OF_REACH, *stand_ins])
        return Cover(self.name, tuple((self._file(module), f"{text}\n") for module, text in texts.items()))

    def added(self, hidden: Collection[str], still: Collection[str]) -> list[tuple[str, str]]:
        """What is to be executed in which module, in this order, once only the names in `still` are hidden."""
        pieces = self._kept(still) - self._kept(hidden)
        order = _in_order({piece.module: self._imported_by(piece.module, pieces) for piece in pieces})
        return [(module, rendered(self._trees[module], pieces)) for module in order]

    def out_of_reach(self, hidden: Collection[str]) -> dict[str, frozenset[str]]:
        """The names that are hidden, and those that are built on hidden ones, which these are."""
        wanted = self.names & set(hidden)
        origins = {name: self._origins(name) for name in wanted}
        found = {name: frozenset({name}) for name in wanted}
        for name in self.names - wanted:
            bound = {(piece.module, one) for piece in self._closure(name) for one in piece.binds}
            needs = frozenset(one for one, places in origins.items() if places & bound)
            if needs:
                found[name] = needs
        return found

    def _file(self, module: str) -> str:
        """Where the source of a module lies, seen from where it is imported."""
        return module.replace(".", "/") + ("/__init__.py" if module in self._packages else ".py")

    def entangled(self, hidden: Collection[str]) -> dict[str, frozenset[str]]:
        """The names that are out of reach only because what they are built on is hidden, and what that is."""
        return {name: needs for name, needs in self.out_of_reach(hidden).items() if name not in needs}

    # -- reading --------------------------------------------------------------------------------------------------

    def _read(self, module: str) -> None:
        pieces = self._pieces[module] = list(self._split(module, self._trees[module].body, ()))
        for piece in pieces:
            for name in piece.binds:
                self._binding.setdefault((module, name), []).append(piece)

    def _split(self, module: str, body: Iterable[ast.stmt], around: tuple[ast.stmt, ...]) -> Iterator[Piece]:
        for node in body:
            if isinstance(node, (ast.If, ast.Try, ast.With)):
                yield from self._split(module, statements_run(node), (*around, node))
            elif isinstance(node, (ast.Import, ast.ImportFrom)) and not is_future(node):
                for name, source in bound_by(node).items():
                    path = self._absolute(module, source or name)
                    for one in self._behind_star(path) if name == "*" else [name]:
                        full = path.removesuffix("*") + one if name == "*" else path
                        yield Piece(module, node, frozenset({one}), full, around)
            else:
                yield Piece(module, node, frozenset(bound_by(node)), None, around)

    def _absolute(self, module: str, path: str) -> str:
        """An import path without leading dots."""
        inner = path.lstrip(".")
        up = len(path) - len(inner)
        if not up:
            return path
        package = module if module in self._packages else module.rpartition(".")[0]
        return ".".join([*package.split(".")[: len(package.split(".")) + 1 - up], inner])

    def _behind_star(self, path: str) -> list[str]:
        """The names that `from module import *` binds."""
        module = path.removesuffix(".*")
        if module not in self._trees:
            return ["*"]
        bound = [name for node in self._trees[module].body for name in bound_by(node)]
        return list(dict.fromkeys(name for name in bound if not name.startswith("_")))

    def _listed(self) -> set[str]:
        """The names in __all__."""
        pieces = self._binding.get((self.name, "__all__"), [])
        constants = (node for piece in pieces for node in ast.walk(piece.node) if isinstance(node, ast.Constant))
        return {node.value for node in constants if isinstance(node.value, str)}

    # -- what needs what --------------------------------------------------------------------------------------------

    def _place(self, path: str) -> tuple[str, str] | None:
        """The module of ours that an absolute path leads to, and the name in it; "" for the module itself."""
        module = path
        while module not in self._trees:
            module, dot, _ = module.rpartition(".")
            if not dot:
                return None
        return module, path[len(module) + 1 :].partition(".")[0]

    def _needs(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """What a piece reads of our modules: places of names, as (module, name)."""
        place = self._place(piece.source) if piece.source else None
        if place is not None and place[1]:
            yield place
        read = [part for outer in piece.around for part in headers(outer)]
        for node in read if piece.source else [*read, piece.node]:
            for reference in references(node):
                if reference.imported:
                    yield from self._all_named(self._absolute(piece.module, reference.path))
                    continue
                name, dot, rest = reference.path.partition(".")
                yield piece.module, name
                for binding in self._binding.get((piece.module, name), []):
                    if binding.source:
                        yield from self._all_named(binding.source + dot + rest)

    def _all_named(self, path: str) -> Iterator[tuple[str, str]]:
        """The place that a path leads to; where it leads to a module, which is used as a whole, all in it."""
        place = self._place(path)
        if place is not None and place[1]:
            yield place
        elif place is not None:
            yield from (key for key in self._binding if key[0] == place[0])

    def _closure(self, name: str) -> set[Piece]:
        """The pieces that a name of the given module needs."""
        if name not in self._closures:
            self._closures[name] = self._reached(name)
        return self._closures[name]

    def _reached(self, name: str) -> set[Piece]:
        kept: set[Piece] = set()
        todo, seen = [(self.name, name)], {(self.name, name)}
        while todo:
            for piece in self._binding.get(todo.pop(), []):
                if piece not in kept:
                    kept.add(piece)
                    new = set(self._needs(piece)) - seen
                    seen |= new
                    todo += new
        return kept

    def _origins(self, name: str) -> set[tuple[str, str]]:
        """The places of a name: in the given module, and in those that it is imported from."""
        todo, found = [(self.name, name)], {(self.name, name)}
        while todo:
            for piece in self._binding.get(todo.pop(), []):
                place = self._place(piece.source) if piece.source else None
                if place is not None and place[1] and place not in found:
                    found.add(place)
                    todo.append(place)
        return found

    def _kept(self, hidden: Collection[str]) -> set[Piece]:
        """The pieces that remain."""
        key = frozenset(hidden)
        if key not in self._remaining:
            self._remaining[key] = self._left_of(key)
        return self._remaining[key]

    def _left_of(self, hidden: Collection[str]) -> set[Piece]:
        out = self.out_of_reach(hidden)
        kept: set[Piece] = set()
        for name in self.names - set(out):
            kept |= self._closure(name)
        kept.update(self._binding.get((self.name, "__all__"), []))  # the names that are hidden are still there
        bound = {(piece.module, name) for piece in kept for name in piece.binds}
        for piece in (one for pieces in self._pieces.values() for one in pieces if not one.binds):
            missing = [
                one for place in self._needs(piece) if place not in bound for one in self._binding.get(place, [])
            ]
            if all(one.source and self._place(one.source) is None for one in missing):
                kept.update((piece, *missing))
        return kept

    def _imported_by(self, module: str, pieces: Iterable[Piece]) -> set[str]:
        sources = (piece.source for piece in pieces if piece.module == module and piece.source)
        return {place[0] for place in map(self._place, sources) if place is not None}


def _in_order(imports: Mapping[str, Collection[str]]) -> list[str]:
    """The modules, each behind those that it imports from, as far as they do not go round in a circle."""
    order: list[str] = []
    seen: set[str] = set()
    todo = [(module, False) for module in sorted(imports, reverse=True)]
    while todo:
        module, done = todo.pop()
        if done:
            order.append(module)
        elif module not in seen and module in imports:
            seen.add(module)
            todo.append((module, True))
            todo += [(other, False) for other in imports[module]]
    return order
