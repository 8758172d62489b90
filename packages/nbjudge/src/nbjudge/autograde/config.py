"""Puts the judge in its places of nbgrader's configuration. Nothing of nbgrader is patched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import ExecutePreprocessor
from nbgrader.converters.base import BaseConverter
from traitlets.config import Application, Config
from traitlets.config.loader import LazyConfigValue
from traitlets.utils.importstring import import_item

from nbjudge.settings import CONFIG_FILE

# By plain names, so that what is missing ends the command that needs it.
EXPORTER = "nbjudge.autograde.exporter.JudgedNotebookExporter"
RELEASE = "nbjudge.autograde.release.ReleaseExporter"
REBUILD = "nbjudge.autograde.rebuild.RebuildNotebook"
EXECUTE = "nbjudge.autograde.execute.JudgedExecute"
SAVE = "nbjudge.autograde.save.SaveVerdicts"
PAGE = "nbjudge.autograde.page.FeedbackPage"
INERT = "nbjudge.autograde.feedback.InertOutputs"
MARKDOWN = "nbjudge.autograde.feedback.inert_markdown"

_LISTS: dict[tuple[str, str], list[str]] = {
    ("Autograde", "sanitize_preprocessors"): [
        "nbgrader.preprocessors.ClearOutput",
        REBUILD,
    ],
    ("Autograde", "autograde_preprocessors"): [
        EXECUTE,
        "nbgrader.preprocessors.IgnorePattern",
        SAVE,  # which reads our notes on cells
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
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

_NEEDED = {
    ("Autograde", "sanitize_preprocessors"): (REBUILD,),
    ("Autograde", "autograde_preprocessors"): (EXECUTE, SAVE),
    ("GenerateFeedback", "preprocessors"): (INERT,),
}
_STOCK = {
    *("DeduplicateIds", "ClearOutput", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata"),
    *("Execute", "IgnorePattern", "ClearMetadataPreprocessor", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties"),
    *("GetGrades", "ClearHiddenTests", "CSSHTMLHeaderPreprocessor"),
}


def configure(c: Config) -> None:
    """Let every nbgrader command of this course grade by the judge: `nbjudge.configure(c)` in nbgrader_config.py.

    What an instructor may set is on the class `NBJudge`, for example `c.NBJudge.cell_seconds = 20`. What was set
    before, here or in a configuration that was read earlier, is extended; what stands in the judge's way is refused,
    in words, by the command that would need it. Nothing is read, written or removed here, and nothing is raised:
    nbgrader would swallow it, and go on without us.
    """
    # nbgrader calls `alembic` by name; it lies beside this Python, whether or not its environment is activated.
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    refused = list(_earlier("NBJudge", "refused") or [])
    for section, exporter in (("Autograde", EXPORTER), ("GenerateAssignment", RELEASE)):
        if _there(c, section, "exporter_class", exporter) != exporter:
            refused.append(f"c.{section}.exporter_class is set, and the judge needs that place")
        c[section].exporter_class = exporter
    c.GenerateFeedback.exporter_class = _there(c, "GenerateFeedback", "exporter_class", PAGE)
    filters = _there(c, "HTMLExporter", "filters", {})
    if filters.get("markdown2html", MARKDOWN) != MARKDOWN:
        refused.append("c.HTMLExporter.filters sets markdown2html, by which the judge makes learners' text harmless")
    c.HTMLExporter.filters = {**filters, "markdown2html": MARKDOWN}
    c.JudgedNotebookExporter.optimistic_validation = True  # once at the end, instead of after every step
    for (section, name), ours in _LISTS.items():
        there = _there(c, section, name, [])
        theirs = {_whole_name(one): one for one in there if _name(one) not in _STOCK and one not in ours}
        c[section][name] = [*ours[:2], *theirs.values(), *ours[2:]]
    c.NBJudge.refused = list(dict.fromkeys(refused))
    c.NBJudge.configured = True


def _there(c: Config, section: str, name: str, default: Any) -> Any:
    """What is set already: in this file, or in one that was read before it, as ~/.jupyter's is."""
    found = default
    for value in (_earlier(section, name), c[section].get(name)):
        if value is not None:
            found = value.get_value(found) if isinstance(value, LazyConfigValue) else value
    return found


def _earlier(section: str, name: str) -> Any:
    if not Application.initialized():
        return None
    return Application.instance().config.get(section, {}).get(name)


def _name(preprocessor: object) -> str:
    return preprocessor.rpartition(".")[2] if isinstance(preprocessor, str) else getattr(preprocessor, "__name__", "")


def _whole_name(preprocessor: object) -> str:
    """By which one that was added is known again: nbgrader reads a file twice where the course is the current directory."""
    if isinstance(preprocessor, str):
        return preprocessor
    if isinstance(preprocessor, type):
        return f"{preprocessor.__module__}.{preprocessor.__qualname__}"
    return repr(preprocessor)


def refusals(converter: BaseConverter) -> list[str] | None:
    """Why this grading may not go on, if anything; None for a course that does not use the judge."""
    config = converter.config
    if not config.NBJudge.get("configured", False):
        files = [file for file in _files(converter) if os.path.lexists(file) and _speaks_of_us(file)]
        if not files:
            return None
        return [
            f"{files[0]} could not be loaded, or ends before nbjudge.configure(c); what was wrong is said above; "
            f"without it, learners' code would run with your rights"
        ]
    return list(dict.fromkeys([*config.NBJudge.get("refused", []), *_amiss(converter)]))


def _files(converter: BaseConverter) -> list[Path]:
    """The files that may have configured this run: of the course, of the current directory, of Jupyter."""
    application = converter.parent
    named = getattr(application, "config_file", "")
    places = [converter.coursedir.root, os.getcwd(), *getattr(application, "config_file_paths", [])]
    return [*([Path(f"{named}.py"), Path(named)] if named else []), *(Path(place) / CONFIG_FILE for place in places)]


def _speaks_of_us(file: Path) -> bool:
    try:
        return "nbjudge" in file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True  # it is there, and cannot be read


def _amiss(converter: BaseConverter) -> Iterator[str]:
    """What was set after nbjudge.configure(c), and stands in the judge's way."""
    config = converter.config
    for (section, name), needed in _NEEDED.items():
        listed = config[section].get(name, [])
        listed = listed.get_value([]) if isinstance(listed, LazyConfigValue) else listed
        there = {_name(one) for one in listed}
        for one in needed:
            if _name(one) not in there:
                yield f"{_name(one)} is missing from the preprocessors of c.{section}"
            elif not import_item(one)(parent=converter).enabled:
                yield f"{_name(one)} is switched off"
        for one in listed:
            yield from _goes_round(f"c.{section}.{name}", one)
    if config.GenerateAssignment.get("exporter_class") != RELEASE:
        yield "c.GenerateAssignment.exporter_class is set, and the judge needs that place"
    if config.HTMLExporter.get("filters", {}).get("markdown2html") != MARKDOWN:
        yield "c.HTMLExporter.filters lacks markdown2html, by which the judge makes learners' text harmless"


def _goes_round(where: str, preprocessor: object) -> Iterator[str]:
    """Whether a preprocessor would run notebooks itself."""
    try:
        made = import_item(preprocessor) if isinstance(preprocessor, str) else preprocessor
    except ImportError as error:
        yield f"{where} holds {preprocessor}, which cannot be imported ({error})"
        return
    if issubclass(made if isinstance(made, type) else type(made), ExecutePreprocessor):
        yield f"{where} holds {_name(preprocessor)}, which knows no walls"
