"""A reading of source text: what a cell binds, what it names, and what of it is Python at all."""

from __future__ import annotations

import ast
import re

# What IPython makes of its own commands: one call, in the place of the line.
_COMMAND = re.compile(r"^(\s*)get_ipython\(\)\.run_(?:line|cell)_magic\(.*|^(\s*)get_ipython\(\)\.system\(.*")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
# Cell magics that run the rest of their cell as Python. The text below any other is not Python.
_PYTHON_MAGICS = {"time", "timeit", "capture", "prun"}


def plain_python(source: str) -> str:
    """A cell's source as Python, line by line, without the commands that only IPython knows."""
    if _parsed(source) is not None:
        return source
    magic = _CELL_MAGIC.match(source)
    if magic is not None:
        head, _, rest = source.partition("\n")
        return "\n" * (1 + head.count("\n")) + plain_python(rest) if magic[1] in _PYTHON_MAGICS else ""
    from IPython.core.inputtransformer2 import TransformerManager  # slow to import, and seldom wanted

    lines = TransformerManager().transform_cell(source).splitlines()
    return "\n".join(_COMMAND.sub(lambda found: (found[1] or found[2] or "") + "pass", line) for line in lines)


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell, or None: then the kernel will say what is wrong with it."""
    try:
        return _parsed(plain_python(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # IPython's transformer raises them, too
        return None


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    tree = parse(source)
    names: set[str] = set()
    for node in tree.body if tree is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom)):
            for target in ast.walk(node):
                if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                    names.add(target.id)
                elif isinstance(target, ast.alias):
                    names.add((target.asname or target.name).split(".")[0])
    return names


def added_statements(given: str, theirs: str) -> str:
    """What somebody added to a cell that was given: whole statements, which bind names that the given ones do not."""
    before, after = parse(given), parse(theirs)
    if before is None or after is None:
        return ""
    known, own = {ast.dump(node) for node in before.body}, bound_names(given)
    added = []
    for node in after.body:
        names = bound_names(ast.unparse(node))
        if ast.dump(node) not in known and names and not names & own:
            added.append(ast.unparse(node))
    return "\n".join(added)
