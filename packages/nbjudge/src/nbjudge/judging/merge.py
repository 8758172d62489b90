"""Two wrong answers made one: what each changes of a third answer, changed in it at once.

A three-way merge, as of two branches of a program, but of tokens and not of lines: two mistakes often stand in one
line. It may come to nothing that runs, or to something that means neither; who uses it finds out by running it.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

# Of what `ast.unparse` writes: where a line begins, words and numbers, texts, signs. Spaces between them say nothing.
_TOKEN = re.compile(
    r"""^\ +|\n|\w*'(?:\\.|[^'\\])*'|\w*"(?:\\.|[^"\\])*"|(?:\d[\d.]*|\.\d+)e[+-]?\d+|\d[\d.]*|\w+|\.{3}|"""
    r"""[()\[\]{},.:;]|[^\w\s()\[\]{},.:;'"]+""",
    re.MULTILINE,
)
_NEAREST = 8  # so many third answers are tried
_Edit = tuple[int, int, tuple[str, ...]]  # from which line or token to which, and what stands there instead


def merged(first: str, second: str, others: Sequence[str]) -> str | None:
    """An answer with the changes of both; where these stand in each other's way, the second gives way.

    None where that is the one or the other, or no Python. The third answer is one of `others`, right or wrong: one that
    is written as they are, and is right where they are wrong, which is to say like most.
    """
    first, second = plain(first), plain(second)
    thirds = sorted({plain(one) for one in others} - {first, second})
    common = Counter(line for other in thirds for line in _lines(other))
    nearest = sorted(thirds, key=lambda one: _unlike(one, first, second, common))[:_NEAREST]
    for other in sorted(nearest, key=lambda one: _size(_edits(one, first), _edits(one, second))):
        both = _read(_changed(other, _edits(other, first), _edits(other, second)))
        if both is not None and both not in (first, second, other):
            return both
    return None


@lru_cache(maxsize=256)
def plain(source: str) -> str:
    """The code of an answer, without what says nothing of how it answers: comments, docstrings, types, layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.arg():
                node.annotation = None
            case ast.FunctionDef():
                node.returns = None
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _read(source: str) -> str | None:
    """The same, of what may be no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what reads oddly, nobody is the author
        try:
            return plain(source)
        except (SyntaxError, ValueError):
            return None


def _unlike(other: str, first: str, second: str, common: Counter[str]) -> float:
    """How little fit an answer is to be the third: in how many lines they differ from it, each in its own way.

    A line of its own that many answers have counts less: there it is right. Where both have the same in its place, it
    is itself wrong, or otherwise written, which hardly counts.
    """
    lines, ours, theirs = _lines(other), _lines(first), _lines(second)
    most = max(common.values())
    only_here = sorted(1 - common[line] / most for line in lines - ours - theirs)
    mended = len(ours & theirs - lines)
    rare = sum(1 - common[line] / most for line in lines & (ours ^ theirs))
    own = len((ours ^ theirs) - lines) + rare + sum(only_here[: max(0, len(only_here) - mended)])
    return own + 0.1 * mended


@lru_cache(maxsize=256)
def _lines(source: str) -> frozenset[str]:
    return frozenset(source.splitlines())


@lru_cache(maxsize=4096)
def _edits(source: str, changed: str) -> list[_Edit]:
    """What was changed, token by token within the lines that differ."""
    edits, at, place = [], 0, 0  # `place`: how many tokens come before line `at`
    lines = source.splitlines()
    for begin, end, text in _differences(lines, changed.splitlines()):
        place += len(_tokens(lines[at:begin]))
        at = begin
        edits += [(place + a, place + b, new) for a, b, new in _differences(_tokens(lines[begin:end]), _tokens(text))]
    return edits


def _tokens(lines: Sequence[str]) -> list[str]:
    return [token for line in lines for token in _TOKEN.findall(f"{line}\n")]


def _differences(before: Sequence[str], after: Sequence[str]) -> list[_Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [(a, b, tuple(after[c:d])) for what, a, b, c, d in matcher.get_opcodes() if what != "equal"]


def _size(ours: Sequence[_Edit], theirs: Sequence[_Edit]) -> tuple[bool, int]:
    """Whether edits are in each other's way, and how many tokens they change that the others do not change alike."""
    apart = {*ours} ^ {*theirs}
    return _in_the_way(ours, theirs), sum(end - begin + len(text) for begin, end, text in apart)


def _in_the_way(ours: Sequence[_Edit], theirs: Sequence[_Edit]) -> bool:
    return any(_clash(one, other) for one in ours for other in theirs)


def _clash(one: _Edit, other: _Edit) -> bool:
    """Whether two edits change the same. What both insert at one place can stand one after the other, but no line twice."""
    again = one[:2] == other[:2] and "\n" in one[2] and {*_split(one[2])} & {*_split(other[2])}
    return one != other and ((one[0] < other[1] and other[0] < one[1]) or bool(again))


def _split(tokens: Sequence[str]) -> list[str]:
    return [line for line in " ".join(tokens).split("\n") if line.strip()]


def _changed(source: str, edits: Sequence[_Edit], more: Sequence[_Edit]) -> str:
    """The source with all edits, but for those of `more` that others are in the way of."""
    tokens, parts, at = _tokens(source.splitlines()), [], 0
    free = (edit for edit in more if edit not in edits and not _in_the_way([edit], edits))
    for begin, end, text in sorted([*edits, *free], key=lambda edit: edit[:2]):
        parts += [*tokens[at:begin], *text]
        at = end
    return "".join(token if token.isspace() else f"{token} " for token in [*parts, *tokens[at:]])
