"""Makes what learners wrote harmless before a browser shows it: in feedback pages and in the formgrader."""

from __future__ import annotations

import html
import re

import nh3
from nbconvert.filters import markdown2html_mistune
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

_TAGS = {
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "title", "src"},
    "td": {"colspan", "rowspan"},
    "table": {"border", "cellpadding"},
}
_IMAGES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_ATTACHED = re.compile(r"\]\(attachment:")  # such pictures were taken out
_ACTIVE_TEX = re.compile(r"\\(href|url|require|unicode|cssId|class|style)\b")


def clean_html(text: str) -> str:
    """HTML without scripts, styles, handlers, forms, frames, and without anything fetched from elsewhere."""
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        url_relative=_keep_relative,
        attribute_filter=_keep_attribute,
    )


def _keep_relative(url: str) -> str | None:
    # The formgrader serves what lies beside the notebook as its own: a link there would lead to a learner's page.
    return url if url.startswith("#") else None


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    # A data: link would open a page of the learner's; a remote picture would tell who reads this.
    if tag == "img" and name == "src":
        return value if value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) else None
    if tag == "a" and name == "href":
        return value if not value.lower().lstrip().startswith("data:") else None
    return value


def inert_markdown(source: str) -> str:
    """Markdown as HTML that cannot run: the filter that feedback pages and the formgrader render text cells by."""
    # A formula may not carry a link: MathJax would make one of \\href{javascript:…}.
    source = _ATTACHED.sub("](#", _ACTIVE_TEX.sub(r"\\text", source))
    try:
        return clean_html(markdown2html_mistune(source))
    except Exception:  # a page with this text as it was written is better than no page
        return f"<pre>{html.escape(source)}</pre>"


class InertOutputs(NbGraderPreprocessor):
    """Leaves of every output what cannot run: plain text, bitmaps, and HTML without active parts."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, cell_index: int) -> tuple[NotebookNode, dict]:
        cell.pop("attachments", None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = NotebookNode(_inert(output["data"]))
            if "metadata" in output:
                output["metadata"] = NotebookNode()
        return cell, resources


def _inert(data: dict) -> dict:
    kept = {}
    for kind, value in data.items():
        text = "".join(value) if isinstance(value, list) else str(value)
        if kind == "text/plain" or (kind in _IMAGES and _BASE64.fullmatch(text)):
            kept[kind] = text
        elif kind == "text/html":
            kept[kind] = clean_html(text)
    return kept
