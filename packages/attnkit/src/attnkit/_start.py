"""`attnkit start DIR`: the lessons in a folder of one's own, and later corrections of them, without touching an answer."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attnkit import _progress
from attnkit._lessons import LESSONS

Cell = dict[str, Any]
Key = tuple[str, str]

_AS_GIVEN = ".as_given"  # within DIR: every lesson as it was given, so that what a learner wrote can be told from it
_BEFORE = ".before"  # added to the name of a notebook as it was before it was brought up to date


class StartError(Exception):
    """What keeps the lessons from being put in place, in words."""


def main(arguments: list[str] | None = None) -> int:
    """The command `attnkit`. Exit status: 0 where all is in place, 1 where a file was left as it was, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="attnkit", description="For learners of Attention to Softmax.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser(
        "start",
        help="put the lessons into a folder of your own, or bring later corrections there",
        description="Put the lessons into DIR, a folder of your own. Called again, after the course was updated, it brings "
        "corrections of texts, tests and pictures there. What you wrote stays: answers, and cells of your own.",
    )
    start.add_argument("directory", metavar="DIR", type=Path, help="your folder; it is made where there is none")
    start.add_argument(
        "--course", metavar="FOLDER", type=Path, help="the course's repository; by default the one you are in"
    )
    options = parser.parse_args(arguments)
    try:
        return _start(options.directory.resolve(), _course(options.course))
    except StartError as error:
        print(f"attnkit: {error}", file=sys.stderr)
        return 2


def _course(named: Path | None) -> Path:
    """The repository, which holds release/<lesson>/."""
    places = [named.resolve()] if named else [Path.cwd(), *Path.cwd().parents]
    for place in places:
        if any((place / "release").glob("[0-9][0-9]_*/*.ipynb")):
            return place
    where = named or "the current directory, or above it"
    raise StartError(f"no lessons in {where}: run this in the course's repository, or name it by --course")


def _start(directory: Path, course: Path) -> int:
    release = course / "release"
    if directory == course or directory.is_relative_to(release) or release.is_relative_to(directory):
        raise StartError(
            f"{directory} belongs to the course itself; name a folder of your own, such as ../my_transformer"
        )
    if directory.exists() and not directory.is_dir():
        raise StartError(f"{directory} is a file; name a folder")
    failed = 0
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path in sorted(p for p in release.rglob("*") if p.is_file() and not _is_passing(p.relative_to(release))):
            said = _bring(path, path.relative_to(release), directory)
            failed += said.endswith("left as it is")
            if said:
                print(said)
        progress = _progress.read(directory)
        progress.course = str(course)
        _progress.write(directory, progress)
    except OSError as error:
        raise StartError(f"{error.filename or directory}: {error.strerror}") from error
    print(f"{directory}: {len(LESSONS)} lessons. Next:\n  jupyter lab {directory}")
    return 1 if failed else 0


def _is_passing(path: Path) -> bool:
    """Whether a file only shows that somebody worked in release/."""
    return path.name == _progress.FILE or any(part.startswith(".") for part in path.parts)


def _bring(given: Path, relative: Path, directory: Path) -> str:
    """Bring one file up to date; returns what is worth saying of it."""
    mine, before = directory / relative, directory / _AS_GIVEN / relative
    new = given.read_bytes()
    known = before.read_bytes() if before.is_file() else None
    said = ""
    if not mine.exists():
        _put(mine, new)
    elif known == new or mine.read_bytes() == new:
        pass  # nothing was corrected
    elif mine.read_bytes() == known:
        _put(mine, new)
        said = f"{relative}: brought up to date"
    elif mine.suffix == ".ipynb":
        try:
            merged = merge(json.loads(known or b'{"cells": []}'), json.loads(mine.read_bytes()), json.loads(new))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return f"{relative}: cannot be read as a notebook ({error}), so it was left as it is"
        shutil.copyfile(mine, mine.with_name(f"{mine.stem}{_BEFORE}.ipynb"))
        _put(mine, (json.dumps(merged, indent=1, ensure_ascii=False) + "\n").encode())
        said = f"{relative}: brought up to date, with your work in it (as it was: {mine.stem}{_BEFORE}.ipynb)"
    else:
        said = f"{relative}: you have changed it, so it was left as it is"
    _put(before, new)
    return said


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    os.replace(part, path)


def merge(given: dict[str, Any], mine: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The notebook ``new``, with the answers of ``mine``, and the cells that it has beside those once ``given``."""
    there = {_key(cell): cell for cell in mine["cells"]}
    before = {_key(cell): cell for cell in given["cells"]}
    own = dict(_own_cells(before, mine["cells"], {_key(cell) for cell in new["cells"]}))
    cells = list(own.get(None, ()))
    for cell in new["cells"]:
        key = _key(cell)
        cells.append(_kept(before.get(key), there.get(key), cell))
        cells += own.get(key, ())
    return {**new, "metadata": mine["metadata"], "cells": _with_ids_of_their_own(cells)}


def _key(cell: Cell) -> Key:
    """What a cell is known by in all three: nbgrader's name for it, or its text."""
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    return ("named", str(grade_id)) if grade_id else (str(cell["cell_type"]), _text(cell))


def _text(cell: Cell) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _kept(before: Cell | None, mine: Cell | None, new: Cell) -> Cell:
    """A learner's cell with its outputs, unless it is one that the learner left as it was, and that was corrected."""
    if mine is None:
        return new
    answered = new["metadata"].get("nbgrader", {}).get("solution", False)
    written = before is None or _text(mine) != _text(before)
    corrected = before is None or _text(new) != _text(before)
    return mine if _text(mine) == _text(new) or (written and (answered or not corrected)) else new


def _own_cells(before: dict[Key, Cell], mine: list[Cell], new: set[Key]) -> Iterator[tuple[Key | None, list[Cell]]]:
    """The cells that a learner added, after which cell of the new notebook each of their groups stands."""
    place: Key | None = None
    group: list[Cell] = []
    for cell in mine:
        key = _key(cell)
        if key in new:
            yield place, group
            place, group = key, []
        elif key not in before and _text(cell).strip():
            group.append(cell)
    yield place, group


def _with_ids_of_their_own(cells: list[Cell]) -> list[Cell]:
    """No two cells of a notebook have the same id."""
    taken: set[str] = set()
    for cell in cells:
        name = number = str(cell.get("id", "cell"))
        count = 0
        while name in taken:
            count += 1
            name = f"{number}-{count}"
        taken.add(name)
        cell["id"] = name
    return cells


if __name__ == "__main__":
    sys.exit(main())
