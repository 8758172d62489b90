"""Keeps out of a release what learners are to hand in themselves, and what holds solutions."""

from __future__ import annotations

from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import GenerateAssignment

from nbjudge.autograde.directory import changed, texts
from nbjudge.settings import NBJudge


class ReleaseExporter(NotebookExporter):
    """nbgrader's exporter for releases. Before the first file is copied, it says which ones are not to be.

    Files called like the reference's artifacts: an author who runs a lesson leaves such files beside it. And the text
    that a notebook is made of, which lies beside it, solutions and all.
    """

    def __init__(self, **keywords: object):
        super().__init__(**keywords)
        if not isinstance(self.parent, GenerateAssignment):
            return
        directory = self.parent.coursedir
        artifacts = (Path(directory.root) / NBJudge(parent=self).artifacts).glob("*/*")
        held_back = {path.name for path in artifacts if path.is_file()}
        folder = directory.format_path(directory.source_directory, ".", directory.assignment_id)
        for name in sorted(name for name in held_back if (Path(folder) / name).is_file()):
            self.log.warning("%s is for learners to hand in, and is not released", name)
        self.parent.coursedir = changed(directory, ignore=[*directory.ignore, *sorted(held_back), *texts(directory)])
