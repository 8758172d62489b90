"""Reads what a learner handed in, whatever it is: a bounded, well-formed notebook, or the reason why not."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path

import nbformat
import nbformat.v4
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_notebook

from nbjudge import words
from nbjudge.errors import UnreadableNotebook
from nbjudge.settings import NBJudge

NOTES = "nbjudge"  # where our notes stand in a notebook's metadata
COURSE_DIRECTORY = "nbjudge_course_directory"  # where nbgrader's CourseDirectory stands in `resources`
_CELLS = 2000
_CHARACTERS = 400_000  # of code, which the judge reads as text
# A raw cell becomes text, so that one way of cleaning serves all that a page will show.
_CELL_TYPES = {"code": "code", "markdown": "markdown", "raw": "markdown"}


def read_submission(path: Path, limit: int) -> NotebookNode:
    """The notebook at `path`, reduced to its cells' sources and nbgrader's metadata. Raises `UnreadableNotebook`."""
    text = _read_text(path, limit)
    try:
        notebook = nbformat.reads(text, as_version=4, capture_validation_error={})
        cells = [cell for cell in map(_plain_cell, notebook.cells[:_CELLS]) if cell is not None]
    except RecursionError as error:
        raise UnreadableNotebook("it is nested too deeply to be a notebook") from error
    except Exception as error:  # nbformat raises whatever a strange file leads it to
        raise UnreadableNotebook(_reason(text)) from error
    size = sum(len(cell.source) for cell in cells if cell.cell_type == "code")
    if size > _CHARACTERS:
        raise UnreadableNotebook(f"it holds {size:,} characters of code, more than the {_CHARACTERS:,} that are read")
    return new_notebook(cells=cells)


def new_cell(cell_type: str, source: str, metadata: dict) -> NotebookNode:
    """A cell with a new id. As nbformat's own makers, which also validate each cell; nbconvert validates them all."""
    cell = NotebookNode(id=secrets.token_hex(4), cell_type=cell_type, metadata=from_dict(metadata), source=source)
    if cell_type == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _read_text(path: Path, limit: int) -> str:
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        raise UnreadableNotebook("there is no such file in the submission") from error
    except OSError as error:
        raise UnreadableNotebook("it is a link, or cannot be opened") from error
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableNotebook("it is not an ordinary file")
        if status.st_size > limit:
            raise UnreadableNotebook(f"it holds {status.st_size:,} bytes, more than the {limit:,} that are read")
        data = file.read(limit)
    if not data.strip():
        raise UnreadableNotebook("it is empty")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableNotebook("it is not text in UTF-8") from error


def _reason(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError as error:
        return f"it is not valid JSON ({error}); was it cut off while it was saved"[:300]
    if not isinstance(found, dict) or ("cells" not in found and "worksheets" not in found):
        return "it is JSON, but not a notebook"
    return "its cells are not those of a notebook"


def _plain_cell(cell: object) -> NotebookNode | None:
    """A cell with its source and the one piece of metadata that matters: nbgrader's id."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return None
    # Half of a surrogate pair is valid in JSON, but cannot be written to a file.
    plain = new_cell(_CELL_TYPES[cell["cell_type"]], words.clean(source), {})
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        plain.metadata[NOTES] = {"id": nbgrader["grade_id"]}
    return plain


class JudgedNotebookExporter(NotebookExporter):
    """nbgrader's exporter for autograding, which takes an unreadable notebook as a note to a person, not as an end.

    The first conversion reads the submission; the second one what the first wrote.
    """

    def from_filename(self, filename: str, resources: dict | None = None, **kw):
        path = Path(filename)
        resources = resources if resources is not None else {}
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        resources[COURSE_DIRECTORY] = self.parent.coursedir
        if self._is_ours(path):
            notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))  # valid, as it was written just now
        else:
            try:
                notebook = read_submission(path, NBJudge(parent=self).notebook_bytes)
            except UnreadableNotebook as error:
                notebook = new_notebook(metadata={NOTES: {"problem": f"{path.name} cannot be read: {error}"}})
        return self.from_notebook_node(notebook, resources, **kw)

    def _is_ours(self, path: Path) -> bool:
        """Whether this is what the first conversion wrote."""
        directory = self.parent.coursedir
        written = Path(directory.format_path(directory.autograded_directory, ".", "."))
        return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(written))
