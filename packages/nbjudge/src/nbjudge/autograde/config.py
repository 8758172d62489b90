"""Puts the judge in its places of nbgrader's configuration. Nothing of nbgrader is patched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbgrader.converters.base import BaseConverter
from traitlets.config import Config
from traitlets.config.loader import LazyConfigValue

from nbjudge.settings import CONFIG_FILE

# By plain names, so that what is missing ends the command that needs it.
EXPORTER = "nbjudge.autograde.exporter.JudgedNotebookExporter"
EXECUTE = "nbjudge.autograde.execute.JudgedExecute"
INERT = "nbjudge.autograde.feedback.InertOutputs"
MARKDOWN = "nbjudge.autograde.feedback.inert_markdown"

_LISTS: dict[tuple[str, str], list[str]] = {
    ("Autograde", "sanitize_preprocessors"): [
        "nbgrader.preprocessors.ClearOutput",
        "nbjudge.autograde.rebuild.RebuildNotebook",
    ],
    ("Autograde", "autograde_preprocessors"): [
        EXECUTE,
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbjudge.autograde.save.SaveVerdicts",
        "nbjudge.autograde.save.LatePenalties",
    ],
    ("GenerateFeedback", "preprocessors"): [
        "nbgrader.preprocessors.GetGrades",
        "nbgrader.preprocessors.ClearHiddenTests",
        INERT,
        "nbjudge.autograde.returning.ReadyToRelease",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ],
}
"""Our preprocessors in the place of nbgrader's own. What an instructor has beside those stays, behind the first two."""

_STOCK = {
    *("DeduplicateIds", "ClearOutput", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata"),
    *("Execute", "IgnorePattern", "ClearMetadataPreprocessor", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties"),
    *("GetGrades", "ClearHiddenTests", "CSSHTMLHeaderPreprocessor"),
}


def configure(c: Config) -> None:
    """Let every nbgrader command of this course grade by the judge: `nbjudge.configure(c)` in nbgrader_config.py.

    What an instructor may set is on the class `NBJudge`, for example `c.NBJudge.cell_seconds = 20`. What was set
    before is extended; what stands in the judge's way is refused, in words, by the command that would need it.
    Nothing is read, written or removed here, and nothing is raised: nbgrader would swallow it, and go on without us.
    """
    # nbgrader calls `alembic` by name; it lies beside this Python, whether or not its environment is activated.
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    refused = []
    for section, name in (("Autograde", "exporter_class"), ("HTMLExporter", "filters")):
        there = c[section].get(name)
        if name == "exporter_class" and there not in (None, EXPORTER):
            refused.append(f"c.{section}.{name} is set, and the judge needs that place")
        if name == "filters" and isinstance(there, dict) and there.get("markdown2html", MARKDOWN) != MARKDOWN:
            refused.append(
                "c.HTMLExporter.filters sets markdown2html, by which the judge makes learners' text harmless"
            )
    c.Autograde.exporter_class = EXPORTER
    c.JudgedNotebookExporter.optimistic_validation = True  # once at the end, instead of after every step
    c.GenerateAssignment.exporter_class = "nbjudge.autograde.release.ReleaseExporter"
    for (section, name), ours in _LISTS.items():
        c[section][name] = _with_ours(c[section].get(name), ours)
    filters = c.HTMLExporter.get("filters")
    c.HTMLExporter.filters = {**(filters if isinstance(filters, dict) else {}), "markdown2html": MARKDOWN}
    c.NBJudge.refused = refused
    c.NBJudge.configured = True


def _with_ours(there: object, ours: list[str]) -> list[object]:
    """Our preprocessors, and those of the instructor's that are not nbgrader's own."""
    if isinstance(there, LazyConfigValue):
        there = there.get_value([])
    theirs = [one for one in there if _name(one) not in _STOCK and one not in ours] if isinstance(there, list) else []
    return [*ours[:2], *theirs, *ours[2:]]


def _name(preprocessor: object) -> str:
    return preprocessor.rpartition(".")[2] if isinstance(preprocessor, str) else getattr(preprocessor, "__name__", "")


def refusal(converter: BaseConverter) -> str | None:
    """Why this grading may not go on, or an empty string; None for a course that does not use the judge."""
    config, root = converter.config, Path(converter.coursedir.root)
    if not config.NBJudge.get("configured", False):
        files = [file for place in (root, Path.cwd()) if os.path.lexists(file := place / CONFIG_FILE)]
        if not any(map(_speaks_of_us, files)):
            return None
        return (
            f"{files[0]} could not be loaded, or ends before nbjudge.configure(c); what was wrong is said above. "
            f"Correct it: without it, learners' code would run with your rights."
        )
    refused = list(config.NBJudge.get("refused", []))
    names = {_name(one) for one in converter.autograde_preprocessors}
    sanitizers = {_name(one) for one in converter.sanitize_preprocessors}
    for wanted, there in ((EXECUTE, names), ("SaveVerdicts", names), ("RebuildNotebook", sanitizers)):
        if _name(wanted) not in there:
            refused.append(f"{_name(wanted)} is missing from the preprocessors of c.Autograde")
    if "Execute" in names:
        refused.append("c.Autograde.autograde_preprocessors holds nbgrader's Execute, which knows no walls")
    return "; ".join(refused) + f". Correct {CONFIG_FILE}." if refused else ""


def _speaks_of_us(file: Path) -> bool:
    try:
        return "nbjudge" in file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True  # it is there, and cannot be read
