"""What `nbgrader release_feedback` finds in a folder of feedback: pages, a date, and a secret that names the pages.

`nbgrader submit` writes date and secret. What came by `zip_collect` or by hand has neither, and in what a learner handed
in anything may be called so, or like a page. The command ends at such a folder, and nobody after it gets a page.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

_LONGEST = 1000  # bytes; nbgrader writes about a hundred


class ReadyToRelease(NbGraderPreprocessor):
    """Before a page is written: puts the two files beside it where they are wanting, and takes away what is no page."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        entry, directory = resources["nbgrader"], self.parent.parent.coursedir
        whose = entry["student"], entry["assignment"]
        folder = Path(directory.format_path(directory.feedback_directory, *whose))
        folder.mkdir(parents=True, exist_ok=True)
        graded = Path(directory.format_path(directory.autograded_directory, *whose)).glob("*.ipynb")
        _keep_pages(folder, {f"{notebook.stem}.html" for notebook in graded})
        _provide(folder / "timestamp.txt", "", least=0)  # it is only printed, and nobody knows it
        _provide(folder / "submission_secret.txt", secrets.token_hex(64), least=1)
        return nb, resources


def _keep_pages(folder: Path, pages: set[str]) -> None:
    """Remove what release_feedback would take for a page, and is none of `pages`."""
    for path in folder.glob("*.html"):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in pages:
            path.unlink()


def _provide(path: Path, text: str, least: int) -> None:
    """Write `text` to `path`, unless a short plain text of `least` bytes or more is there."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        with path.open("rb") as file:
            found = file.read(_LONGEST + 1)
        if found.isascii() and least <= len(found) <= _LONGEST:
            return
        path.unlink()  # a copy of a file that nobody may write to
    path.write_text(text)
