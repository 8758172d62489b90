"""A reading of the learner's own code: does it name what the exercise asks it to build?

The watch in `nbjudge.serve` sees calls while they happen, but in a process that the learner rules. This reading
happens here, on text that cannot answer back.
"""

from __future__ import annotations

import ast

# IPython's line commands, such as %matplotlib, are no Python.
_MAGIC = ("%", "!")


def plain_python(source: str) -> str:
    """A cell's source without IPython's line commands."""
    return "\n".join("" if line.lstrip().startswith(_MAGIC) else line for line in source.splitlines())


def forbidden_name(sources: list[str], forbids: tuple[str, ...]) -> str | None:
    """The first of `forbids` (import paths) that the sources call or import, or None."""
    for source in sources:
        try:
            tree = ast.parse(plain_python(source))
        except SyntaxError:
            continue
        aliases = _aliases(sources)
        for node in ast.walk(tree):
            path = _path(node, aliases) if isinstance(node, (ast.Attribute, ast.Name)) else None
            if path in forbids and isinstance(getattr(node, "ctx", None), ast.Load):
                return path
    return None


def bound_names(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    try:
        tree = ast.parse(plain_python(source))
    except SyntaxError:
        return set()
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        for target in ast.walk(node) if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)) else ():
            if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                names.add(target.id)
            elif isinstance(target, ast.alias):
                names.add((target.asname or target.name).split(".")[0])
    return names


def _aliases(sources: list[str]) -> dict[str, str]:
    """Local name → import path, over all sources."""
    found: dict[str, str] = {}
    for source in sources:
        try:
            tree = ast.parse(plain_python(source))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    found[name.asname or name.name.split(".")[0]] = name.name if name.asname else name.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.update({name.asname or name.name: f"{node.module}.{name.name}" for name in node.names})
    return found


def _path(node: ast.expr, aliases: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute):
        base = _path(node.value, aliases)
        return f"{base}.{node.attr}" if base else None
    return None
