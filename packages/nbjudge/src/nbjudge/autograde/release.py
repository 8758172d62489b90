"""Keeps out of a release what learners are to hand in themselves."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.settings import NBJudge


class HoldBackArtifacts(NbGraderPreprocessor):
    """Removes files called like the reference's artifacts: an author who runs a lesson leaves such files beside it."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        artifacts = Path(NBJudge(parent=self).artifacts)
        directory, entry = self.parent.parent.coursedir, resources["nbgrader"]
        folder = directory.format_path(directory.release_directory, entry["student"], entry["assignment"])
        for name in {path.name for path in artifacts.glob("*/*") if path.is_file()}:
            released = Path(folder) / name
            if released.is_file():
                released.unlink()
                self.log.warning("%s is for learners to hand in, and is not released", name)
        return nb, resources
