"""Feedback pages and the formgrader: what they show of a notebook was made harmless when it was graded."""

from __future__ import annotations

import html
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.autograde.inert import Inert, TooSlow, markdown_as_html
from nbjudge.autograde.submission import NOTES

INERT = "inert"  # what stands in a graded notebook's notes when it was made harmless
VERDICTS = "verdicts"  # where the verdicts stand in those notes, by the ids of grading cells


@pass_context
def inert_markdown(context: Context, source: str) -> str:
    """Markdown as HTML that cannot run: the filter that feedback pages and the formgrader render text cells by."""
    cell = context.get("cell") or {}
    return inert_text(source, cell.get("attachments"))


def inert_text(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Markdown as HTML that cannot run, or as it was written where it cannot be set."""
    try:
        return markdown_as_html(source, attachments)
    except (TooSlow, RecursionError, ValueError):  # a page with this text as it was written is better than no page
        return f"<pre>{html.escape(source)}</pre>"


class InertOutputs(NbGraderPreprocessor):
    """Makes notebooks harmless that were graded before the judge came to the course."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        if not nb.metadata.get(NOTES, {}).get(INERT):
            inert = Inert(delimiters=[])
            for cell in nb.cells:
                inert.clean(cell)
        return nb, resources
