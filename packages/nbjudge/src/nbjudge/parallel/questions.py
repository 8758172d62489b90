"""What a grader is asked, by a hash of all that its answer depends on.

A worker answers before nbgrader asks. Where an instructor's own hook or preprocessor has changed the submission in
between, or the submission itself is another by now, nbgrader's question is another, and is put to a worker then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from nbjudge.autograde.placing import Anchor
from nbjudge.parallel.packing import content_of, files_below


def read_question(path: Path) -> str:
    """That for the cells of the notebook at `path`."""
    return _hash("read", content_of(path))


def place_question(cells: Sequence[NotebookNode], anchors: Sequence[Anchor]) -> str:
    """That for where these cells go."""
    return _hash("place", list(cells), list(anchors))


def run_question(nb: NotebookNode, folder: Path, handed_in: Path, whose: Sequence[str]) -> str:
    """That for what comes of a notebook."""
    return _hash("run", nb, _contents(seen(folder)), _contents(files_below(handed_in)), list(whose))


def seen(folder: Path) -> dict[str, Path]:
    """The files of the folder that a kernel runs in, as far as it sees them: no notebooks."""
    return {name: path for name, path in files_below(folder).items() if not name.endswith((".ipynb", "/"))}


def _contents(files: dict[str, Path]) -> dict[str, str]:
    return {name: content_of(path) for name, path in files.items()}


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
