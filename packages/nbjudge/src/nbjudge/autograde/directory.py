"""nbgrader's view of the course directory, changed for one command, and no longer."""

from __future__ import annotations

import glob
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from nbjudge.course import text_of


def changed(directory: CourseDirectory, **values: object) -> CourseDirectory:
    """The same course directory with other values. The one that is given is the running application's, and stays."""
    return CourseDirectory(parent=directory.parent, **{**directory.trait_values(config=True), **values})


def texts(directory: CourseDirectory) -> list[str]:
    """Names of the texts that the assignment's notebooks are made of: they lie beside them, solutions and all."""
    lesson = directory.format_path(directory.source_directory, ".", directory.assignment_id)
    return [text.name for path in map(Path, sorted(glob.glob(f"{lesson}/*.ipynb"))) if (text := text_of(path))]
