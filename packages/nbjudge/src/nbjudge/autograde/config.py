"""Puts the judge in its places of nbgrader's configuration. Nothing of nbgrader is patched."""

from __future__ import annotations

import os
import sys

from traitlets.config import Config

from nbjudge.autograde import batch


def configure(c: Config) -> None:
    """Let every nbgrader command of this course grade by the judge: `nbjudge.configure(c)` in nbgrader_config.py.

    What an instructor may set is on the class `NBJudge`, for example `c.NBJudge.cell_seconds = 20`.
    """
    # nbgrader calls `alembic` by name; it lies beside this Python, whether or not its environment is activated.
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    c.GenerateAssignment.preprocessors.append("nbjudge.autograde.release.HoldBackArtifacts")
    c.Autograde.exporter_class = "nbjudge.autograde.submission.JudgedNotebookExporter"
    c.JudgedNotebookExporter.optimistic_validation = True  # once at the end, instead of after every step
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "nbjudge.autograde.rebuild.RebuildNotebook",
    ]
    c.Autograde.autograde_preprocessors = [
        "nbjudge.autograde.execute.JudgedExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbjudge.autograde.feedback.InertOutputs",
        "nbjudge.autograde.save.SaveVerdicts",
        "nbjudge.autograde.save.LatePenalties",
    ]
    c.Autograde.pre_convert_hook = "nbjudge.autograde.batch.before_submission"
    c.Autograde.post_convert_hook = "nbjudge.autograde.batch.after_submission"
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbjudge.autograde.feedback.InertOutputs",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    c.HTMLExporter.filters = {"markdown2html": "nbjudge.autograde.feedback.inert_markdown"}
    # A lesson's text lies beside its notebook, solutions and all: it goes into no learner's folder.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.md"]
    batch.prepare(c)
