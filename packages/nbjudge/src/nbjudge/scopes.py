"""Which names a statement reads and binds, by Python's rules of scope.

The trees may be a stranger's, and nested as deeply as Python can parse: nothing here recurses.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Bound: TypeAlias = dict[str, str | None]
"""Names, with what they are imported from ("torch.nn", "..data.dates") or None where they are no imports."""

_Functions: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Reference:
    """A dotted name that a statement reads, such as F.softmax, and whose first part is not its own."""

    path: str
    imported: bool = False
    """Whether `path` is an import path already: the function that reads it imports it itself."""
    deferred: bool = False
    """Whether it is read when a function is called, and not when the statement runs."""


def references(statement: ast.AST) -> list[Reference]:
    """What a statement reads from outside of itself, functions and classes that it defines included."""
    found: list[Reference] = []
    todo: list[tuple[ast.AST, Bound, bool]] = [(statement, {}, False)]
    while todo:
        node, local, deferred = todo.pop()
        if isinstance(node, (ast.Attribute, ast.Name)):
            base, path = _dotted(node)
            if isinstance(base, ast.Name):
                found += _reference(base.id, path, local, deferred)
            elif base is not None:
                todo.append((base, local, deferred))
        elif isinstance(node, _FUNCTIONS):
            inner = {**local, **_local_names(node)}
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            todo += [(part, inner, True) for part in reversed(body)]
            todo += [(part, local, deferred) for part in _read_outside(node)]
        elif isinstance(node, _COMPREHENSIONS):
            names = {name: None for part in node.generators for name in _stored(part.target)}
            todo += [(part, {**local, **names}, deferred) for part in ast.iter_child_nodes(node)]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if deferred:
                found += [Reference(path, True, True) for path in _imports(node).values() if path]
        else:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                found += _reference(node.target.id, "", local, deferred)
            todo += [(part, local, deferred) for part in reversed(list(ast.iter_child_nodes(node)))]
    return found


def bound_by(statement: ast.stmt) -> Bound:
    """The names that a statement binds where it stands, in its branches and loops, too."""
    return _bound([statement])


def touched_by(statement: ast.stmt) -> set[str]:
    """The names whose objects a statement changes: it sets an attribute or an item, or calls a method and no more."""
    touched = set()
    for node in _same_scope([statement]):
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            targets = [node]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            targets = [call.func] if isinstance(call.func, ast.Attribute) else call.args[:1]
        for target in targets:
            inner: ast.AST = target
            while isinstance(inner, (ast.Attribute, ast.Subscript)):
                inner = inner.value
            if isinstance(inner, ast.Name):
                touched.add(inner.id)
    return touched


def _reference(name: str, path: str, local: Bound, deferred: bool) -> list[Reference]:
    if name not in local:
        return [Reference(name + path, False, deferred)]
    source = local[name]
    return [Reference(source + path, True, deferred)] if source else []


def _dotted(node: ast.Attribute | ast.Name) -> tuple[ast.expr | None, str]:
    """The expression that a chain of attributes begins with, and the attributes that are read: ".nn.Linear"."""
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return node.value, ""
    if isinstance(node.ctx, ast.Store):
        return None, ""
    names: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        names.append(f".{inner.attr}")
        inner = inner.value
    return inner, "".join(reversed(names))


def _read_outside(function: _Functions) -> list[ast.expr]:
    """What of a function is read where it is defined: decorators, defaults and annotations."""
    arguments = function.args
    parts: list[ast.expr | None] = [*arguments.defaults, *arguments.kw_defaults]
    if not isinstance(function, ast.Lambda):
        parts += [*function.decorator_list, function.returns, *(one.annotation for one in _arguments(function))]
    return [part for part in parts if part is not None]


def _arguments(function: _Functions) -> list[ast.arg]:
    arguments = function.args
    several = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *several]


def _local_names(function: _Functions) -> Bound:
    names: Bound = {one.arg: None for one in _arguments(function)}
    if isinstance(function, ast.Lambda):
        return names
    names.update(_bound(function.body))
    for node in _same_scope(function.body):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            for name in node.names:
                names.pop(name, None)
    return names


def _bound(body: list[ast.stmt]) -> Bound:
    names: Bound = {}
    for node in _same_scope(body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update(_imports(node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names[node.name] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            names[node.name] = None
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names[node.rest] = None
    return names


def _imports(node: ast.Import | ast.ImportFrom) -> Bound:
    """Local names and import paths. Under "*", those of `from module import *`, as "module.*"."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (f"{node.module}." if node.module else "")
        return {name.asname or name.name: module + name.name for name in node.names}
    tops = {name.name.partition(".")[0] for name in node.names if not name.asname}
    return {**{top: top for top in tops}, **{name.asname: name.name for name in node.names if name.asname}}


def _stored(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _same_scope(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes below, without those within functions, classes and comprehensions, whose names are their own."""
    todo: list[ast.AST] = list(reversed(body))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
            todo += reversed(list(ast.iter_child_nodes(node)))
