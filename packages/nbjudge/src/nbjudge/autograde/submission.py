"""Reads what a learner handed in, whatever it is: a bounded, well-formed notebook, or the reason why not."""

from __future__ import annotations

import ast
import codecs
import contextlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict

from nbjudge import words
from nbjudge.errors import UnreadableNotebook

NOTES = "nbjudge"  # where our notes stand in a notebook's metadata
_CELLS = 2000
_CHARACTERS = 400_000  # of code, which the judge reads as text
# A raw cell becomes text, so that one way of cleaning serves all that a page will show.
_CELL_TYPES = {"code": "code", "markdown": "markdown", "raw": "markdown", "heading": "markdown"}
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# What people hand in by mistake in the place of a notebook, by its first bytes.
_OTHERS = {
    b"PK\x03\x04": "it is a zip archive; hand in the notebook that is in it",
    b"%PDF": "it is a PDF file; hand in the notebook itself",
    b"\x1f\x8b": "it is a compressed file; hand in the notebook that is in it",
    b"\x89PNG": "it is a picture; hand in the notebook itself",
    b"\xff\xd8\xff": "it is a picture; hand in the notebook itself",
    b"<<<<<<<": "it holds the marks of a merge that was not finished",
    b"<": "it is a web page; hand in the notebook itself, in JupyterLab by File, Download",
}


def read_cells(path: Path, limit: int) -> list[dict[str, Any]]:
    """The cells of the notebook at `path`: type, source, and of metadata nbgrader's id. Raises `UnreadableNotebook`."""
    text = _read_text(path, limit)
    try:
        cells = [cell for cell in map(_plain_cell, _cells_of(text)) if cell is not None]
    except MemoryError:
        raise
    except RecursionError as error:
        raise UnreadableNotebook("it is nested too deeply to be a notebook") from error
    except UnreadableNotebook:
        raise
    except Exception as error:  # nbformat raises whatever a strange file leads it to
        raise UnreadableNotebook("its cells are not those of a notebook") from error
    size = sum(len(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    if size > _CHARACTERS:
        raise UnreadableNotebook(f"it holds {size:,} characters of code, more than the {_CHARACTERS:,} that are read")
    return cells


def new_cells(cells: Iterable[Mapping[str, Any]]) -> list[NotebookNode]:
    """Cells of a notebook. Their ids are their places, so that the same submission makes the same notebook."""
    return [new_cell(f"cell-{number}", **cell) for number, cell in enumerate(cells, 1)]


def new_cell(
    cell_id: str, cell_type: str, source: str, metadata: dict[str, Any], attachments: dict[str, Any] | None = None
) -> NotebookNode:
    """A cell. As nbformat's own makers, which also validate each cell; nbconvert validates them all."""
    cell = NotebookNode(id=cell_id, cell_type=cell_type, metadata=from_dict(metadata), source=source)
    if cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    elif attachments:
        cell.attachments = from_dict(attachments)
    return cell


def _read_text(path: Path, limit: int) -> str:
    try:
        with path.open("rb") as file:  # of our own copy, which holds ordinary files alone
            data = file.read(limit + 1)
    except FileNotFoundError as error:
        raise UnreadableNotebook("there is no such file in the submission") from error
    if len(data) > limit:
        raise UnreadableNotebook(f"it holds more than the {limit:,} bytes that are read")
    if not data.strip():
        raise UnreadableNotebook("it is empty")
    for first, what in _OTHERS.items():
        if data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(first):
            raise UnreadableNotebook(what)
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise UnreadableNotebook("it is not text in UTF-8; save it anew as a notebook") from error


def _cells_of(text: str) -> list[object]:
    """The cells of a notebook's text. Nothing else of a notebook matters here, so nothing else need be right."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UnreadableNotebook(_reason(text, error)) from error
    if not isinstance(found, dict) or not ("cells" in found or "worksheets" in found):
        raise UnreadableNotebook("it is JSON, but not a notebook")
    if "cells" not in found:  # as notebooks were until 2014
        cells: list[object] = nbformat.reads(text, as_version=4, capture_validation_error={}).cells
        return cells[:_CELLS]
    return list(found["cells"])[:_CELLS]


def _reason(text: str, error: ValueError) -> str:
    if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        return "it holds the marks of a merge that was not finished"
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        if ast.parse(text[:_CHARACTERS]).body:
            return "it is a Python script; hand in the notebook itself"
    return f"it is not valid JSON ({error}); was it cut off while it was saved"[:300]


def _plain_cell(cell: object) -> dict[str, Any] | None:
    """A cell with its source, pasted pictures, and the one piece of metadata that matters: nbgrader's id."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return None
    plain: dict[str, Any] = {"cell_type": _CELL_TYPES[cell["cell_type"]], "source": words.clean(source), "metadata": {}}
    if plain["cell_type"] == "markdown":
        plain["attachments"] = _pictures(cell.get("attachments"))
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        plain["metadata"][NOTES] = {"id": words.clean(nbgrader["grade_id"])}
    return plain


def _pictures(attachments: object) -> dict[str, dict[str, str]]:
    """The bitmaps that were pasted into a cell, by their names."""
    found: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            text = "".join(data) if isinstance(data, list) else data
            if kind in _PICTURES and isinstance(text, str) and _BASE64.fullmatch(text):
                found[words.clean(name, 200)] = {kind: text}
    return found
