"""nbgrader's exporter for autograding: the one of our classes that every grading needs, and so the place of its walls.

nbgrader swallows what hooks and configuration files raise, and goes on. It cannot go on without its exporter: where
this class cannot be imported, or refuses, nothing is graded.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat.v4
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests

from nbjudge.autograde.batch import Batch, Submission
from nbjudge.autograde.config import refusals
from nbjudge.autograde.grader import Graded, Grader, Graders
from nbjudge.autograde.job import job_of
from nbjudge.autograde.reach import open_once
from nbjudge.autograde.rebuild import read_notebook
from nbjudge.autograde.refuse import refuse
from nbjudge.autograde.stock_execute import settle
from nbjudge.compat import forget_notebooks, open_gradebooks_fast
from nbjudge.errors import CourseError
from nbjudge.settings import CONFIG_FILE, NBJudge
from nbjudge.system import why_not_graded_here

_open: list[Callable[[], None]] = []
"""What closes the last run of this process. A run that fails tells nobody, and the formgrader's process lives on."""


@dataclass(frozen=True)
class Current:
    """What the preprocessors need to know of the notebook that is converted; nbconvert would copy it in `resources`."""

    submission: Submission
    grading: Graded
    directory: CourseDirectory
    open_gradebook: Callable[[], AbstractContextManager[Gradebook]]


class JudgedNotebookExporter(NotebookExporter):
    """Reads what a learner handed in, whatever it is; an unreadable notebook is a note to a person, not an end.

    Made by `nbgrader autograde` before it looks at the first submission. The first conversion of a notebook reads our
    copy of it; the second one reads what the first wrote. Its preprocessors find `current` at their `parent`.
    """

    current: Current

    def __init__(self, **keywords: object):
        super().__init__(**keywords)
        self._grader: Graders | None = None
        if not isinstance(self.parent, Autograde):
            return
        refused = refusals(self.parent)
        if refused is None:  # another course's, that does not use the judge
            return
        elsewhere = why_not_graded_here()
        if elsewhere:
            refuse(self.log, f"{elsewhere}.\nNothing was graded.")
        close_all()
        open_gradebooks_fast()
        settings = NBJudge(parent=self)
        refused += settle(self.parent, settings, self.log)
        if refused:
            refuse(self.log, f"{'; '.join(refused)}. Correct {CONFIG_FILE}.\nNothing was graded.")
        hidden = ClearHiddenTests(parent=self)
        settings.hidden_delimiters = [hidden.begin_test_delimeter, hidden.end_test_delimeter]
        if settings.sandbox == "none":
            self.log.warning("Grading without a sandbox: this code runs with your rights.")
        try:
            open_once(self.parent.coursedir.db_url)
            grader = self._new_grader(self.parent.coursedir, settings)
        except CourseError as error:
            refuse(self.log, f"{error}\nNothing was graded.")
        _open.append(grader.close)
        obstacle = grader.obstacle()
        if obstacle:
            refuse(self.log, f"{obstacle}\nNothing was graded.")
        self._batch, self._grader = Batch(self.parent, settings, self.log, self._last_is_graded), grader
        _open.append(self._batch.close)

    def _new_grader(self, directory: CourseDirectory, settings: NBJudge) -> Graders:
        """Who grades. Raises `CourseError` where the course cannot be read."""
        return Grader(job_of(Path(directory.root), settings, directory, self.log), settings, self.log)

    def _last_is_graded(self) -> None:
        close_all()

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **keywords: object
    ) -> tuple[Any, dict[str, Any]]:
        if self._grader is None:
            return super().from_filename(filename, resources, **keywords)
        path = Path(filename)
        resources = resources if resources is not None else {}
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        if self._is_ours(path):
            notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))  # valid, as it was written just now
        else:
            batch = self._batch
            self.current = Current(batch.of(path), self._grader.begin(), batch.directory, batch.open_gradebook)
            notebook = read_notebook(path, self.current.submission, self.current.grading)
        exported: tuple[Any, dict[str, Any]] = self.from_notebook_node(notebook, resources, **keywords)
        forget_notebooks(self)
        return exported

    def _is_ours(self, path: Path) -> bool:
        """Whether this is what the first conversion wrote."""
        directory = self._batch.directory
        written = directory.format_path(directory.autograded_directory, ".", ".")
        return Path(os.path.abspath(path)).is_relative_to(os.path.abspath(written))


def close_all() -> None:
    """End the last run of this process, if it has not ended."""
    while _open:
        _open.pop()()
