"""The statements of a module, of which some remain and the others go: how they are told apart, and written again."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

_STATEMENTS_WITHIN = ("body", "orelse", "finalbody")


@dataclass(frozen=True, eq=False)
class Piece:
    """A statement of a module that remains or goes as a whole: one name of an import, a definition, an assignment."""

    module: str
    node: ast.stmt
    binds: frozenset[str]
    source: str | None = None
    """What the name is imported from, as an absolute dotted name."""
    around: tuple[ast.stmt, ...] = ()
    """The branches that it stands in."""


def rendered(tree: ast.Module, kept: Iterable[Piece], docstring: bool = False) -> str:
    """The text of a module of which only the pieces `kept` remain; what it takes from the future does, too."""
    names: dict[ast.stmt, list[str]] = {}
    for piece in kept:
        names.setdefault(piece.node, []).extend(piece.binds)
    future = [node for node in tree.body if is_future(node)]
    first = tree.body[:1] if ast.get_docstring(tree) is not None else []
    rest = [node for node in tree.body if node not in first and node not in future]
    body = [*(first if docstring else []), *future, *_reduced(rest, names)]
    return ast.unparse(ast.Module(body, []))


def is_future(node: ast.stmt) -> bool:
    """Whether a statement says how the module is to be read."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def statements_run(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements in the branches of a statement, but for those that are for type checkers alone."""
    for field in _STATEMENTS_WITHIN:
        if field != "body" or not (isinstance(node, ast.If) and _is_typing(node.test)):
            yield from getattr(node, field, [])
    for handler in getattr(node, "handlers", []):
        yield from handler.body


def _is_typing(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def headers(node: ast.stmt) -> Iterator[ast.AST]:
    """What a branch reads itself: its condition, what it handles, its contexts."""
    if isinstance(node, ast.If):
        yield node.test
    elif isinstance(node, ast.With):
        yield from node.items
    elif isinstance(node, ast.Try):
        yield from (handler.type for handler in node.handlers if handler.type is not None)


def _reduced(body: list[ast.stmt], names: Mapping[ast.stmt, list[str]]) -> list[ast.stmt]:
    """The statements of a body that remain; of imports, the names that do."""
    remaining: list[ast.stmt] = []
    for node in body:
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            if any(inner in names for inner in ast.walk(node)):
                remaining.append(_reduced_branch(node, names))
        elif node in names and isinstance(node, (ast.Import, ast.ImportFrom)):
            remaining.append(_reduced_import(node, names[node]))
        elif node in names:
            remaining.append(node)
    return remaining


def _reduced_branch(node: ast.If | ast.Try | ast.With, names: Mapping[ast.stmt, list[str]]) -> ast.stmt:
    fields = dict(ast.iter_fields(node))
    for field in _STATEMENTS_WITHIN:
        if fields.get(field):
            fields[field] = _reduced(fields[field], names) or [ast.Pass()]
    if isinstance(node, ast.Try):
        fields["handlers"] = [
            ast.ExceptHandler(handler.type, handler.name, _reduced(handler.body, names) or [ast.Pass()])
            for handler in node.handlers
        ]
    return type(node)(**fields)


def _reduced_import(node: ast.Import | ast.ImportFrom, names: Collection[str]) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import([one for one in node.names if (one.asname or one.name.partition(".")[0]) in names])
    if node.names[0].name == "*" and "*" not in names:
        return ast.ImportFrom(node.module, [ast.alias(name) for name in sorted(names)], node.level)
    return ast.ImportFrom(node.module, [one for one in node.names if (one.asname or one.name) in names], node.level)
