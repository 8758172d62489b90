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
    """The first of `forbids` (import paths) that the sources name, or None."""
    if not forbids:
        return None
    trees = [tree for tree in map(_tree, sources) if tree is not None]
    aliases: dict[str, str] = {}
    for tree in trees:
        aliases.update(_aliases(tree))
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
                path = _path(node, aliases)
                if path in forbids:
                    return path
    return None


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the kernel will say what is wrong with it


def bound_names(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    tree = _tree(source)
    if tree is None:
        return set()
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        for target in (
            ast.walk(node) if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)) else ()
        ):
            if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                names.add(target.id)
            elif isinstance(target, ast.alias):
                names.add((target.asname or target.name).split(".")[0])
    return names


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name → import path."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.split(".")[0]
                found[name.asname or top] = name.name if name.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update({name.asname or name.name: f"{node.module}.{name.name}" for name in node.names})
    return found


def _path(node: ast.expr, aliases: dict[str, str]) -> str | None:
    names: list[str] = []
    while isinstance(node, ast.Attribute):  # no recursion: a learner may chain thousands
        names.append(node.attr)
        node = node.value
    base = aliases.get(node.id) if isinstance(node, ast.Name) else None
    return ".".join([base, *reversed(names)]) if base else None
