"""A reading of source text: what a cell binds, what it names, and what of it is Python at all."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from nbjudge.scopes import bound_by

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


@lru_cache(maxsize=256)  # a cell is read for many reasons; nobody changes the tree
def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(source: str) -> set[str]:
    """The names that a cell binds at its top level."""
    tree = parse(source)
    return {name for node in (tree.body if tree is not None else ()) for name in bound_by(node)}


def outside_hidden(source: str, delimiters: list[str]) -> str:
    """What learners are given of a grading cell, by nbgrader's rule: whole lines, marked by what they contain."""
    begin, end = delimiters
    kept, hidden = [], False
    for line in source.splitlines():
        if begin in line:
            hidden = True
        elif end in line:
            hidden = False
        elif not hidden:
            kept.append(line)
    return "\n".join(kept)
