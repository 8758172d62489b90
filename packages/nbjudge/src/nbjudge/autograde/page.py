"""The feedback page: first what a learner does now, then the notebook. It needs no script and no other host.

Made by `nbgrader generate_feedback`, of a notebook that was made harmless when it was graded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import Exporter
from nbconvert.filters import Highlight2HTML, ansi2html
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook

from nbjudge.autograde.feedback import VERDICTS, inert_text
from nbjudge.autograde.formulas import with_formulas
from nbjudge.autograde.submission import NOTES
from nbjudge.compat import forget_notebooks
from nbjudge.judging.verdict import CheckResult, Verdict, as_table, verdict_of

_NBGRADERS = "feedback"  # the template that nbgrader names where an instructor has named none
_MARKS = {"passed": "✓", "partly right": "◐", "failed": "✗", "waits for a person": "…"}
_ANCHOR = re.compile(r'<a href="#[^"]*"[^>]*>¶</a>')
_WITHIN = re.compile(r'(<a\b[^>]*?) href="#[^"]*"')
_HEADING = re.compile(r"<(/?)h([1-6])\b")
_PICTURE = re.compile(r'<img\b((?:[^<>"]|"[^"]*")*)>')
_UNNAMED = re.compile(r'\balt=""')
_PYTHON = Highlight2HTML(pygments_lexer="ipython3")


class FeedbackPage(HTMLExporter):
    """In the place of nbconvert's own exporter, unless an instructor has chosen a template."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **keywords: Any
    ) -> tuple[Any, dict[str, Any]]:
        if self.template_name != _NBGRADERS:
            page, resources = super().from_notebook_node(nb, resources, **keywords)
            return page, resources
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **keywords)
        forget_notebooks(self)
        return _page(nb, resources["nbgrader"]), resources


@dataclass
class Row:
    """A graded cell, as the first screen tells of it."""

    cell: int
    name: str
    kind: str
    got: float
    points: float
    waits: bool
    verdict: Verdict | None = None

    @property
    def state(self) -> str:
        if self.waits:
            return "waits for a person"
        if self.got >= self.points:
            return "passed"
        return "partly right" if self.got > 0 else "failed"

    @property
    def mark(self) -> str:
        return _MARKS[self.state]

    @property
    def advice(self) -> list[str]:
        """A paragraph for each mistake that was recognised."""
        return self.verdict.advice if self.verdict else []

    @property
    def failed(self) -> list[CheckResult]:
        return self.verdict.failed if self.verdict else []


@dataclass
class Shown:
    """A cell of the notebook."""

    number: int
    kind: str
    source: Markup
    outputs: list[Markup] = field(default_factory=list)
    row: Row | None = None
    comment: Markup | None = None
    answer: str = ""  # the id of a learner's answer

    @property
    def table(self) -> Markup:
        """The checks of an exercise, which the judge has escaped."""
        return Markup(as_table(self.row.verdict)) if self.row and self.row.verdict else Markup()


def _page(nb: NotebookNode, about: dict[str, Any]) -> str:
    waiting = _waiting(about)
    verdicts = nb.metadata.get(NOTES, {}).get(VERDICTS, {})
    cells = [_shown(number, cell, waiting, verdicts) for number, cell in enumerate(nb.cells, 1)]
    made = Environment(
        loader=PackageLoader("nbjudge.autograde", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.filters["points"] = lambda points: f"{round(points, 2):g}"
    style = files("nbjudge.autograde").joinpath("pages/feedback.css").read_text(encoding="utf-8")
    return made.get_template("feedback.html.j2").render(
        cells=cells, rows=[cell.row for cell in cells if cell.row], about=about, style=Markup(style)
    )


def _waiting(about: dict[str, Any]) -> set[str]:
    """The graded cells that a person has still to look at."""
    with Gradebook(about["db_url"]) as gradebook:
        found = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
        return {grade.name for grade in found.grades if grade.needs_manual_grade}


def _shown(number: int, cell: NotebookNode, waiting: set[str], verdicts: dict[str, Any]) -> Shown:
    about = cell.metadata.get("nbgrader", {})
    code = cell.cell_type == "code"
    source = _PYTHON(cell.source) if code else _settled(inert_text(cell.source, cell.get("attachments")), number)
    shown = Shown(number, "code" if code else "text", Markup(source))
    if utils.is_grade(cell) or utils.is_task(cell):
        shown.row = _row(number, cell, waiting, verdicts)
    if utils.is_solution(cell):
        shown.answer = about["grade_id"]
    if about.get("comment"):
        shown.comment = Markup(_settled(inert_text(about["comment"]), number))
    if code and not (shown.row and shown.row.verdict):  # a verdict is written anew, as a table
        shown.outputs = [Markup(_output(output, number)) for output in cell.outputs]
    return shown


def _row(number: int, cell: NotebookNode, waiting: set[str], verdicts: dict[str, Any]) -> Row:
    about = cell.metadata.nbgrader
    verdict = verdict_of(verdicts[about.grade_id]) if about.grade_id in verdicts else None
    name = verdict.exercise if verdict else about.grade_id
    kind = "exercise" if verdict else "task" if about.get("task") else "answer" if about.get("solution") else "test"
    waits = about.grade_id in waiting
    return Row(number, name, kind, float(about.score or 0), float(about.points or 0), waits, verdict)


def _settled(page: str, number: int) -> str:
    """Harmless HTML, below the headings of this page: formulas set, pictures named, no link to what is not here."""
    page = _WITHIN.sub(r"\1", _ANCHOR.sub("", page))
    page = _HEADING.sub(lambda found: f"<{found[1]}h{min(6, int(found[2]) + 2)}", page)
    return with_formulas(_PICTURE.sub(lambda found: _named(found, number), page))


def _named(found: re.Match[str], number: int) -> str:
    attributes = _UNNAMED.sub("", found[1])
    return f"<img{attributes}>" if " alt=" in attributes else f'<img alt="picture in cell {number}"{attributes}>'


def _output(output: NotebookNode, number: int) -> str:
    """What a cell has put out, of the forms that are left when it has been made harmless."""
    if output.output_type == "stream":
        return f'<pre class="said">{ansi2html(output.text)}</pre>'
    if output.output_type == "error":
        lines = output.traceback or [f"{output.ename}: {output.evalue}"]
        return f'<pre class="said">{ansi2html(chr(10).join(lines))}</pre>'
    for kind in ("image/png", "image/jpeg", "image/gif"):
        if kind in output.data:
            picture = "".join(output.data[kind].split())
            return f'<img alt="output of cell {number}" src="data:{kind};base64,{Markup.escape(picture)}">'
    if "text/html" in output.data:
        page = _settled(output.data["text/html"], number)
        return f'<div class="wide" role="region" tabindex="0" aria-label="output of cell {number}">{page}</div>'
    return f'<pre class="said">{ansi2html(output.data.get("text/plain", ""))}</pre>'
