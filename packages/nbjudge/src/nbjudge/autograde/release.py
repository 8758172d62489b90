"""Keeps out of a release what learners are to hand in themselves, and what holds solutions; says how it will be graded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.converters import GenerateAssignment
from traitlets import dlink

from nbjudge.autograde.directory import changed, texts
from nbjudge.autograde.language import foreign
from nbjudge.autograde.refuse import refuse
from nbjudge.course import judge_line
from nbjudge.settings import CONFIG_FILE, NBJudge

_PLAIN = {
    "score": "scored as nbgrader scores them, in the sandbox, but resting on the learner's process",
    "person": "left to a person",
}


class ReleaseExporter(NotebookExporter):
    """nbgrader's exporter for releases. Before the first file is copied, it says which ones are not to be.

    Files called like the reference's artifacts: an author who runs a lesson leaves such files beside it. And the text
    that a notebook is made of, which lies beside it, solutions and all.
    """

    def __init__(self, **keywords: object):
        super().__init__(**keywords)
        if not isinstance(self.parent, GenerateAssignment):
            return
        if self.config.NBJudge.get("refused"):
            why = "; ".join(self.config.NBJudge.refused)
            refuse(self.log, f"{why}. Correct {CONFIG_FILE}.\nNothing was released.")
        directory = self.parent.coursedir
        artifacts = (Path(directory.root) / NBJudge(parent=self).artifacts).glob("*/*")
        held_back = {path.name for path in artifacts if path.is_file()}
        folder = directory.format_path(directory.source_directory, ".", directory.assignment_id)
        for name in sorted(name for name in held_back if (Path(folder) / name).is_file()):
            self.log.warning("%s is for learners to hand in, and is not released", name)
        ours = changed(directory, ignore=[*directory.ignore, *sorted(held_back), *texts(directory)])
        # nbgrader puts back at the end whose work the directory is for; the one that it began with lives on.
        dlink((ours, "student_id"), (directory, "student_id"))
        self.parent.coursedir = ours

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **keywords: object
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a source notebook, and say what its author needs to know about its grading."""
        name = (resources or {}).get("metadata", {}).get("name", "the notebook")
        language = foreign(nb.metadata.get("kernelspec", {}))
        if language:
            self.log.warning(
                "%s is written in %s: nbgrader autograde will refuse it, as nbjudge runs Python", name, language
            )
        plain = [cell.metadata.nbgrader.grade_id for cell in nb.cells if _has_plain_tests(cell)]
        if plain and not language:
            outcome = _PLAIN[NBJudge(parent=self).plain_tests]
            self.log.info("%s: the grading cells %s hold plain tests, which are %s", name, ", ".join(plain), outcome)
        exported: tuple[Any, dict[str, Any]] = super().from_notebook_node(nb, resources, **keywords)
        return exported


def _has_plain_tests(cell: NotebookNode) -> bool:
    if cell.cell_type != "code" or not utils.is_grade(cell) or utils.is_solution(cell):
        return False
    return judge_line(cell.source, f"grading cell {cell.metadata.nbgrader.grade_id}") is None
