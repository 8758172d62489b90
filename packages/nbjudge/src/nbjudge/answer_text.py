"""What the text of an answer names: the answer's own definition, and what it calls, but nothing else of a notebook."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from nbjudge.scopes import bound_by, references, touched_by
from nbjudge.source_text import parse

_MOST_ALIASES = 20  # names for names for names: beyond that, nobody reads on


@dataclass(frozen=True)
class AnswerText:
    """The cells that an answer stands in.

    Of a learner's own cells, only those statements count that define `expression`, or something that these name, and
    so on: whoever compares an answer with a ready-made one, in a cell beside it, does not use that for the answer.
    """

    expression: str
    cells: Sequence[str]
    given: Sequence[str] = ()
    """The instructor's cells, which ran before. What they import is known; what they do is not the learner's."""
    replaced: Collection[str] = ()
    """Names that stand for something else while the answer is judged."""

    def forbidden(self, forbids: Iterable[str]) -> str | None:
        """The first of `forbids` (import paths) that the answer names, or None."""
        return next((name for name in forbids if name in self._named), None)

    @cached_property
    def _named(self) -> set[str]:
        """All import paths that the answer names: with torch.nn.Linear also torch.nn and torch."""
        paths = _Statements(self).paths()
        return {path[:end] for path in paths for end in _ends(path)}


@dataclass(frozen=True)
class _Statement:
    node: ast.stmt
    own: bool
    """Whether it is the learner's."""


class _Statements:
    """The statements of all cells, in their order, each known by its index."""

    def __init__(self, text: AnswerText):
        self._expression, self._replaced = text.expression, text.replaced
        self._all = [
            _Statement(node, own)
            for cells, own in ((text.given, False), (text.cells, True))
            for tree in map(parse, cells)
            for node in (tree.body if tree is not None else ())
        ]
        self._binding: dict[str, list[tuple[int, str | None]]] = {}  # which bind a name, and what they import
        self._touching: dict[str, list[int]] = {}  # which of the learner's change what it stands for
        for index, one in enumerate(self._all):
            for name, source in bound_by(one.node).items():
                self._binding.setdefault(name, []).append((index, source))
            for name in touched_by(one.node) if one.own else ():
                self._touching.setdefault(name, []).append(index)

    def paths(self) -> set[str]:
        """The import paths that the expression names, directly and by what defines it."""
        found: set[str] = set()
        seen: set[int] = set()
        todo: list[tuple[ast.AST, int]] = [(ast.parse(self._expression), len(self._all))]
        while todo:
            node, at = todo.pop()
            for reference in references(node):
                if reference.imported:
                    found.add(reference.path)
                    continue
                paths, indexes = self._meaning(reference.path, len(self._all) if reference.deferred else at)
                found |= paths
                todo += [(self._all[index].node, index) for index in indexes - seen]
                seen |= indexes
        return found

    def _meaning(self, path: str, before: int) -> tuple[set[str], set[int]]:
        """What a dotted name stands for, read by what runs as number `before`: import paths, and own statements."""
        indexes: set[int] = set()
        for _ in range(_MOST_ALIASES):
            name, dot, rest = path.partition(".")
            bindings = self._binding.get(name, [])
            place = bisect_left(bindings, before, key=itemgetter(0)) - 1
            if name in self._replaced:
                break
            if place < 0:
                return {source.removesuffix("*") + path for _, source in self._binding.get("*", []) if source}, indexes
            before, source = bindings[place]
            touching = self._touching.get(name, [])
            indexes.update(touching[bisect_left(touching, before) :])
            if source is not None:
                return {source + dot + rest}, indexes
            if self._all[before].own:
                indexes.add(before)
            alias = _alias(self._all[before].node)
            if not alias:
                break
            path = alias + dot + rest
        return set(), indexes


def _alias(node: ast.stmt) -> str:
    """The dotted name that a statement gives another name, as `nn = torch.nn` does; else an empty string."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return ""
    names, value = [], node.value
    while isinstance(value, ast.Attribute):
        names.append(f".{value.attr}")
        value = value.value
    return value.id + "".join(reversed(names)) if isinstance(value, ast.Name) else ""


def _ends(path: str) -> list[int]:
    return [*(i for i, letter in enumerate(path) if letter == "."), len(path)]
