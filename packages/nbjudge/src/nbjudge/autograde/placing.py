"""Where each of a learner's cells goes in the notebook that is graded, and which of them is an exercise's answer.

Right work counts wherever it stands. The instructor's cells stand in the instructor's order, and a learner's own cells
each behind the instructor's cell that they stood behind. An untouched copy of a given cell runs nowhere; what was added
to a cell of the instructor's runs beside it; what a test needs, and what stands below it, is lifted above it.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypedDict

from nbjudge.autograde.submission import NOTES
from nbjudge.scopes import bound_by, references
from nbjudge.source_text import bound_names, outside_hidden, parse, plain_python

MISSING = "# The cell {id} was missing from the submission."
LIFTED = "# Lifted above the test by the grader."


class Cell(TypedDict, total=False):
    """A cell as JSON. In `metadata` stand nbgrader's part, for a cell of the instructor's, and our notes."""

    cell_type: str
    source: str
    metadata: dict[str, Any]
    attachments: dict[str, Any]


class Anchor(TypedDict):
    """A cell of the instructor's, as the gradebook has it."""

    id: str
    source: str
    cell_type: str
    metadata: dict[str, Any]
    solution: bool
    grade: bool


_BUILTINS = set(dir(builtins))
_NONE: Anchor = {"id": "", "source": "", "cell_type": "markdown", "metadata": {}, "solution": False, "grade": False}


@dataclass
class Placed:
    """The rebuilt notebook's cells, and what there is to say, by the id of the instructor's cell that it is about."""

    cells: list[Cell] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    if_lost: dict[str, list[str]] = field(default_factory=dict)
    """What to say only to those who have lost points."""


def place(cells: list[Cell], anchors: list[Anchor], delimiters: list[str]) -> Placed:
    """The notebook that is graded, of what was handed in and of the instructor's cells, in their order."""
    placed = Placed()
    rows = _rows(anchors, _sorted(cells, anchors, delimiters, placed))
    _lift(rows, placed)
    for row in rows:
        placed.cells += [_free(cell) for cell in (*row.lifted, *row.before)]
        placed.cells += row.in_order(placed)
        placed.cells += [_free(cell) for cell in row.behind]
    return placed


@dataclass
class _Handed:
    """What was handed in, by the id of the instructor's cell that it belongs to, or stood behind."""

    frames: dict[str, list[Cell]] = field(default_factory=dict)  # copies of cells that were only to be read and run
    answers: dict[str, Cell] = field(default_factory=dict)  # the copy of a solution cell that counts
    there: set[str] = field(default_factory=set)
    before: dict[str, list[Cell]] = field(default_factory=dict)  # own cells between a cell and the copy that counts
    free: dict[str, list[Cell]] = field(default_factory=dict)


@dataclass
class _Row:
    """One cell of the instructor's (in the first row, none), and all that goes with it."""

    anchor: Anchor
    answer: Cell | None = None
    there: bool = True
    added: str = ""  # what a learner added to it
    before: list[Cell] = field(default_factory=list)
    behind: list[Cell] = field(default_factory=list)
    lifted: list[Cell] = field(default_factory=list)
    elsewhere: bool = False  # whether the answer stands in other cells

    @property
    def solution(self) -> bool:
        return self.anchor["solution"]

    @property
    def test(self) -> bool:
        return self.anchor["grade"] and not self.anchor["solution"]

    @cached_property
    def statements(self) -> list[_Statement]:
        """What the learner's own cells do here, in the order in which they do it."""
        own = [self.answer] if self.answer is not None else []
        own += [{"cell_type": "code", "source": self.added, "metadata": {}}] if self.added else []
        return [one for cell in (*self.before, *own, *self.behind) for one in _statements(cell)]

    @cached_property
    def given(self) -> set[str]:
        """The names that the instructor's cell binds."""
        return bound_names(self.anchor["source"]) if self.anchor["cell_type"] == "code" else set()

    def _notes(self) -> dict[str, bool]:
        """What others need to know of a cell that was left as it was given."""
        own = any(cell["source"].strip() for cell in (*self.before, *self.behind))
        runs = {"runs": False} if self.elsewhere else {}  # what was given would take back an answer that stands above
        return {**runs, **({"beside": True} if own and self.anchor["grade"] else {})}

    def in_order(self, placed: Placed) -> Iterator[Cell]:
        """The instructor's cell as it is to run, and what was added to it."""
        if self.anchor is _NONE:
            return
        added = [_own(self.added)] if self.added else []
        yield from added if self.test else ()
        if not self.solution:
            yield framed(self.anchor, self.anchor["source"])
        elif self.answer is not None:
            again = self.answer["metadata"].get(NOTES, {}).get("again")
            notes = {"again": again} if again else None
            yield framed(self.anchor, self.answer["source"], self.answer.get("attachments"), notes)
        elif self.there or self.elsewhere:
            yield framed(self.anchor, self.anchor["source"], None, self._notes())
        else:
            placed.notes.setdefault(self.anchor["id"], []).append("This cell was missing from the submission.")
            yield framed(self.anchor, MISSING.format(id=self.anchor["id"]))
        yield from added if not self.test else ()


@dataclass(frozen=True, eq=False)
class _Statement:
    """A statement at the top level of a learner's cell."""

    node: ast.stmt
    text: str
    cell: Cell

    @cached_property
    def binds(self) -> set[str]:
        return set(bound_by(self.node))

    @cached_property
    def reads(self) -> dict[str, bool]:
        """The names that it reads, and whether only when a function is called."""
        found: dict[str, bool] = {}
        for one in references(self.node):
            if not one.imported:
                name = one.path.partition(".")[0]
                found[name] = found.get(name, True) and one.deferred
        return found


# -- what is what ------------------------------------------------------------------------------------------------------


def _sorted(cells: list[Cell], anchors: list[Anchor], delimiters: list[str], placed: Placed) -> _Handed:
    """Tell answers, copies of the instructor's cells and the learner's own cells from each other."""
    known = {anchor["id"]: anchor for anchor in anchors}
    ids = _recognised(cells, anchors, delimiters)
    copies = [_alike_any(cell, known[i] if i else None, anchors) for cell, i in zip(cells, ids, strict=True)]
    chosen: dict[str, int] = {}
    for grade_id in {i for i in ids if i and known[i]["solution"]}:
        worked = [n for n, i in enumerate(ids) if i == grade_id and not copies[n]]
        names = bound_names(known[grade_id]["source"]) if known[grade_id]["cell_type"] == "code" else set()
        whole = [n for n in worked if names and names <= bound_names(cells[n]["source"])]
        if worked:
            chosen[grade_id] = (whole or worked)[-1]
        if len(whole) > 1 or (not names and len(worked) > 1):
            placed.notes.setdefault(grade_id, []).append("This cell was there more than once; the last one counts.")
    handed, behind = _Handed(), ""
    for number, (cell, grade_id, copied) in enumerate(zip(cells, ids, copies, strict=True)):
        first = bool(grade_id) and grade_id not in handed.there
        if first:
            handed.there.add(grade_id)
            behind = grade_id
        if grade_id and not known[grade_id]["solution"]:
            handed.frames.setdefault(grade_id, []).append(cell)
        elif grade_id and chosen.get(grade_id) == number:
            handed.answers[grade_id] = cell
            if behind == grade_id:
                handed.before[grade_id] = handed.free.pop(grade_id, [])
        elif not (copied and first):  # of a given cell that was left as it was, the first copy stands for itself
            handed.free.setdefault(behind, []).append(_noted(cell, runs=False) if copied else cell)
    return handed


def _recognised(cells: list[Cell], anchors: list[Anchor], delimiters: list[str]) -> list[str]:
    """The id of each cell, where it is the instructor's; one that has lost its id is known by what it says."""
    known = {anchor["id"] for anchor in anchors}
    ids = [cell["metadata"].get(NOTES, {}).get("id", "") for cell in cells]
    ids = [grade_id if grade_id in known else "" for grade_id in ids]
    lost = {_bare(outside_hidden(anchor["source"], delimiters)): anchor["id"] for anchor in anchors}
    lost = {source: grade_id for source, grade_id in lost.items() if source and grade_id not in ids}
    return [grade_id or lost.pop(_bare(cell["source"]), "") for cell, grade_id in zip(cells, ids, strict=True)]


def _alike_any(cell: Cell, anchor: Anchor | None, anchors: list[Anchor]) -> bool:
    """Whether a cell is a solution cell as it was given; one without an id may be any of them."""
    if anchor is not None:
        return anchor["solution"] and _alike(cell["source"], anchor["source"])
    return cell["cell_type"] == "code" and any(
        _alike(cell["source"], one["source"]) for one in anchors if one["solution"] and one["cell_type"] == "code"
    )


def _rows(anchors: list[Anchor], handed: _Handed) -> list[_Row]:
    rows = [_Row(_NONE, behind=handed.free.get("", []))]
    for anchor in anchors:
        row = _Row(anchor, handed.answers.get(anchor["id"]), anchor["id"] in handed.there)
        row.before, row.behind = handed.before.get(anchor["id"], []), handed.free.get(anchor["id"], [])
        if anchor["cell_type"] == "code" and not anchor["solution"]:
            sources = [cell["source"] for cell in handed.frames.get(anchor["id"], [])]
            row.added = "\n".join(filter(None, (_added(anchor, source) for source in sources)))
        rows.append(row)
    return rows


def _added(anchor: Anchor, theirs: str) -> str:
    """What somebody added to a cell of the instructor's: some editors let them.

    What would change a name of the instructor's is passed over; of a test, only what defines something is taken.
    """
    before, after = parse(anchor["source"]), parse(theirs)
    if before is None or after is None:
        return ""
    known, given = {ast.dump(node) for node in before.body}, bound_names(anchor["source"])
    lines = {line.strip() for line in anchor["source"].splitlines()}
    magics = [] if anchor["grade"] else [line.strip() for line in theirs.splitlines() if line.strip()[:1] in ("%", "!")]
    added = [line for line in magics if line not in lines and not line.startswith("%%")]
    commands = {ast.dump(node) for node in ast.parse("pass").body}  # what magics were read as
    for node in after.body:
        names = set(bound_by(node))
        if ast.dump(node) not in known | commands and not names & given and (names or not anchor["grade"]):
            added.append(ast.unparse(node))
    return "\n".join(added)


# -- what is lifted ----------------------------------------------------------------------------------------------------


def _lift(rows: list[_Row], placed: Placed) -> None:
    """Find what tests need and what stands below them; and note which exercises were answered in cells of their own."""
    first = 0  # the row with which the exercise begins that ends in the test
    for number, row in enumerate(rows):
        if row.test:
            section = rows[first + 1 : number + 1]
            needed = _Needed(rows, number)
            if needed.statements:
                early = needed.reads_at_once(one for other in section for one in other.statements)
                lifted = _own("\n".join([LIFTED, *(one.text for one in needed.statements)]))
                solutions = [other for other in section if other.solution] if early else []
                (solutions or [row])[0].lifted.append(lifted)
                for one in needed.statements:
                    again = one.cell["metadata"].setdefault(NOTES, {}).setdefault("again", [])
                    again += sorted(one.binds)
                names = ", ".join(sorted(needed.names))
                note = f"What defines {names} stood below its test, and was lifted above it, where it belongs."
                placed.notes.setdefault(row.anchor["id"], []).append(note)
            bound = {name for one in needed.above for name in one.binds} | needed.names
            for other in section:
                if other.solution and other.answer is None and other.given and other.given <= bound:
                    other.elsewhere = True
            _note_second_try(section, rows[number:], placed)
            first = number


class _Needed:
    """What a test and the answer above it read, and what is bound only below: the statements that bind it."""

    def __init__(self, rows: list[_Row], number: int):
        test = rows[number]
        behind = {id(cell) for cell in test.behind}
        self.above = [one for row in rows[:number] for one in row.statements]
        self.above += [one for one in test.statements if id(one.cell) not in behind]
        self._below = [one for one in test.statements if id(one.cell) in behind]
        self._below += [one for row in rows[number + 1 :] for one in row.statements]
        self._binding = _by_name(self.above), _by_name(self._below)
        frame = set().union(*(row.given for row in rows[: number + 1] if not row.solution))
        self._known = _BUILTINS | frame
        self._anything = any("*" in one.binds for one in self.above) or "*" in frame
        self._stubs = set().union(*(row.given for row in rows[:number] if row.solution and row.answer is None))
        self.statements = self._closure(test)
        self.names = {name for one in self.statements for name in one.binds}

    def _closure(self, test: _Row) -> list[_Statement]:
        above, below = self._binding
        tree = parse(test.anchor["source"])
        todo = [one.path.partition(".")[0] for node in (tree.body if tree else ()) for one in references(node)]
        seen: set[str] = set()
        found: set[_Statement] = set()
        while todo:
            name = todo.pop()
            if name in seen or name in self._known:
                continue
            seen.add(name)
            binding = above.get(name, [])
            if not binding and (name in self._stubs or not self._anything):
                binding = below.get(name, [])
                found.update(binding)
            todo += [read for one in binding for read in one.reads]
        return [one for one in self._below if one in found]

    def reads_at_once(self, statements: Iterable[_Statement]) -> bool:
        """Whether one of these needs what is lifted when it runs, and not only when a function is called."""
        return any(not later and name in self.names for one in statements for name, later in one.reads.items())


def _by_name(statements: list[_Statement]) -> dict[str, list[_Statement]]:
    found: dict[str, list[_Statement]] = {}
    for one in statements:
        for name in one.binds:
            found.setdefault(name, []).append(one)
    return found


def _note_second_try(section: list[_Row], below: list[_Row], placed: Placed) -> None:
    """Say it where an answer stands above its test, and another one below, which counts for nothing."""
    names = set().union(*(row.given for row in section if row.solution and row.answer is not None))
    own = [one.node for row in below for one in row.statements if one.cell is not row.answer]
    again = {node.name for node in own if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names}
    if again:
        note = f"Below this test, {', '.join(sorted(again))} is defined again; what stands above the test counts."
        placed.if_lost.setdefault(section[-1].anchor["id"], []).append(note)


def _statements(cell: Cell) -> list[_Statement]:
    notes = cell["metadata"].get(NOTES, {})
    tree = parse(cell["source"]) if cell["cell_type"] == "code" and notes.get("runs", True) else None
    lines = plain_python(cell["source"]).splitlines() if tree is not None else []
    return [_Statement(node, _text(node, lines), cell) for node in (tree.body if tree is not None else ())]


def _text(node: ast.stmt, lines: list[str]) -> str:
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []
    first = min([node.lineno, *(one.lineno for one in decorators)])
    last = node.end_lineno or node.lineno
    rest = lines[last - 1].encode()[node.end_col_offset :].decode().strip(" \t;")
    whole = node.col_offset == 0 and (not rest or rest.startswith("#"))
    return "\n".join(lines[first - 1 : last]) if whole else ast.unparse(node)


# -- cells -------------------------------------------------------------------------------------------------------------


def _alike(source: str, given: str) -> bool:
    """Whether two sources say the same, whatever blanks and comments they have."""
    if _bare(source) == _bare(given):
        return True
    one, other = parse(source), parse(given)
    return one is not None and other is not None and bool(one.body) and ast.dump(one) == ast.dump(other)


def _bare(source: str) -> str:
    """Source as two people would call it the same: without blanks at the ends of lines, and around it."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _own(source: str) -> Cell:
    return _made("code", source, {}, None)


def _noted(cell: Cell, **notes: object) -> Cell:
    return {**cell, "metadata": {NOTES: notes}}


def _free(cell: Cell) -> Cell:
    notes = {key: value for key, value in cell["metadata"].get(NOTES, {}).items() if key in ("runs", "again")}
    return _made(cell["cell_type"], cell["source"], {NOTES: notes} if notes else {}, cell.get("attachments"))


def framed(
    anchor: Anchor, source: str, attachments: dict[str, Any] | None = None, notes: dict[str, Any] | None = None
) -> Cell:
    """A cell of the instructor's, with what it holds now."""
    metadata = {"nbgrader": anchor["metadata"], **({NOTES: notes} if notes else {})}
    return _made(anchor["cell_type"], source, metadata, attachments)


def _made(cell_type: str, source: str, metadata: dict[str, Any], attachments: dict[str, Any] | None) -> Cell:
    made: Cell = {"cell_type": cell_type, "source": source, "metadata": metadata}
    if attachments and cell_type == "markdown":
        made["attachments"] = attachments
    return made
