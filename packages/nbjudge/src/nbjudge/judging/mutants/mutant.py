"""The mutants of a solution: what it would be with one slip in it.

Checks that pass a mutant would pass the learner who makes that slip.
"""

from __future__ import annotations

import ast
import builtins
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from nbjudge.judging.mutants.expressions import Scope, expressions, number
from nbjudge.judging.mutants.statements import Statements, statements
from nbjudge.source_text import plain_python

# What says something to a reader only, and what the rules change as a whole.
_PASSED_OVER = ("annotation", "returns", "decorator_list", "bases")


@dataclass(frozen=True)
class Mutant:
    """One change: in `where`, the lines `was` became `now`. Lines are those of `ast.unparse`, one for a statement."""

    where: str
    was: str
    now: str
    source: str

    @property
    def change(self) -> tuple[str, str, str]:
        """What it is known by, whatever else changes in the source."""
        return self.where, self.was, self.now


def normal_form(source: str) -> str:
    """The source as mutants are made of it: without comments, and with a line for a statement."""
    return ast.unparse(ast.parse(plain_python(source)))


def mutants(source: str) -> list[Mutant]:
    """All mutants of a source, each once."""
    original = normal_form(source)
    tree = ast.parse(original)
    seen = {original}
    found = []
    for place in list(_places(tree, _whole(tree))):
        for text in place.changed(tree):
            if text not in seen and _is_python(text):
                found.append(Mutant(place.scope.where, *_changed_lines(original, text), text))
            seen.add(text)
    return found


def _changed_lines(original: str, changed: str) -> tuple[str, str]:
    """What differs, without the lines before and after it."""
    was, now = original.splitlines(), changed.splitlines()
    while was and now and was[0] == now[0]:
        del was[0], now[0]
    while was and now and was[-1] == now[-1]:
        del was[-1], now[-1]
    return textwrap.dedent("\n".join(was)), textwrap.dedent("\n".join(now))


def _is_python(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<mutant>", "exec")
        except SyntaxError:
            return False
    return True


@dataclass(frozen=True)
class _Place:
    """Where a node stands: in a field of its parent, or in the list that the field holds."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST
    scope: Scope

    def changed(self, tree: ast.Module) -> Iterator[str]:
        """The text of the tree with each of the nodes that may stand here."""
        old = getattr(self.parent, self.field)
        changes: Iterator[ast.AST | Statements] = (
            statements(self.node) if isinstance(self.node, ast.stmt) else expressions(self.node, self.scope)
        )
        for new in changes:
            setattr(self.parent, self.field, self._content(old, new))
            text = ast.unparse(tree)
            setattr(self.parent, self.field, old)
            yield text

    def _content(self, old: object, new: ast.AST | Statements) -> object:
        if not isinstance(old, list) or self.at is None:
            return new
        items = [*old[: self.at], *([new] if isinstance(new, ast.AST) else new), *old[self.at + 1 :]]
        return items if items or self.field != "body" else [ast.Pass()]


def _places(node: ast.AST, scope: Scope) -> Iterator[_Place]:
    """All places under a node where something may change."""
    for field, content in ast.iter_fields(node):
        if field in _PASSED_OVER:
            continue
        for at, child in enumerate(content) if isinstance(content, list) else [(None, content)]:
            if not isinstance(child, ast.AST) or _is_fixed(child):
                continue
            inner = _within(child, scope)
            if not (isinstance(node, ast.Call) and field == "func"):  # changed with its call
                yield _Place(node, field, at, child, inner)
            if not isinstance(child, ast.Raise) and number(child) is None:
                yield from _places(child, inner)


def _is_fixed(node: ast.AST) -> bool:
    """Imports, and texts that stand alone: docstrings."""
    alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return alone or isinstance(node, (ast.Import, ast.ImportFrom))


# -- scopes ---------------------------------------------------------------------------------------------------


def _whole(tree: ast.Module) -> Scope:
    """What the whole source could mix up."""
    empty = Scope("", (), (), {}, [])
    strings: list[str] = []
    called: set[str] = set()
    attributes: dict[str, list[str]] = {}
    for node in _nodes(tree, empty):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in strings:
            strings.append(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not hasattr(builtins, node.func.id):
            called.add(node.func.id)
        elif isinstance(node, ast.Attribute):
            known = attributes.setdefault(ast.unparse(node.value), [])
            known += [node.attr] if node.attr not in known else []
    return replace(empty, called=tuple(sorted(called)), attributes=attributes, strings=strings)


def _nodes(tree: ast.Module, scope: Scope) -> Iterator[ast.AST]:
    for place in _places(tree, scope):
        yield place.node
        if isinstance(place.node, ast.Call):
            yield place.node.func


def _within(node: ast.AST, scope: Scope) -> Scope:
    """The scope of what stands in a node."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        scope = replace(scope, where=f"{scope.where}.{node.name}".lstrip("."))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        arguments = [part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)]
        variables = [
            part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        ]
        scope = replace(scope, names=tuple(dict.fromkeys((*scope.names, *arguments, *variables))))
    return scope
