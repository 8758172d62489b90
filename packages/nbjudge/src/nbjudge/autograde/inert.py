"""Makes what learners wrote and put out harmless, and quick to show, before a browser or a page's maker meets it.

Done once, when a notebook is graded, in the expendable process: some texts of a hundred thousand characters cost
minutes, or gigabytes, to set as a page. What takes too long is kept as plain text.
"""

from __future__ import annotations

import base64
import contextlib
import html
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from types import FrameType
from typing import Any, TypeVar

import nh3
from nbconvert.filters import markdown2html_mistune
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from nbjudge.words import clean

T = TypeVar("T")

_TAGS = {
    *("a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li"),
    *("ol", "p", "pre", "span", "strong", "sub", "sup", "table", "caption", "tbody", "td", "th", "thead", "tr", "ul"),
    *("details", "summary"),  # what is folded stays so
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"alt", "title", "src"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "table": {"border", "cellpadding"},
}
_BITMAPS = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_EMBEDDED = tuple(f"data:{kind};base64," for kind in (*_BITMAPS, "image/svg+xml"))  # inert, as an <img> runs nothing
_BESIDE = re.compile(r"(?!.*\.\.)[\w][\w ./-]*\.(png|jpe?g|gif|svg)", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ALONE = {"br", "hr", "img", "input", "link", "meta", "col", "area", "base", "wbr", "source", "embed"}
_ATTACHED = re.compile(r"(\]\()attachment:([^)\s]{1,200})")
_ACTIVE_TEX = re.compile(r"\\(href|url|require|unicode|cssId|class|style)\b")
_COLOURS = re.compile(r"\x1b\[[0-9;]{0,40}[A-Za-z]")
_MANY_COLOURS = 300
_LEXER, _FORMATTER = PythonLexer(), HtmlFormatter()  # of pygments, for code
_DEEPEST, _TAGS_AT_MOST, _HTML_BYTES = 60, 20_000, 1 << 20
_OUTPUTS = 200  # of one cell
_SECONDS = 2.0  # of the processor, for one text
_ALL_SECONDS = 20.0  # for all texts of a notebook


class TooSlow(Exception):
    """Setting a text took too long."""


def clean_html(text: str) -> str:
    """HTML without scripts, styles, handlers, forms, frames, and without anything fetched from another host.

    Raises `TooSlow` for what is nested so deeply that cleaning it would take gigabytes.
    """
    depth = deepest = count = 0
    for found in _TAG.finditer(text):
        count += 1
        if found[2].lower() not in _ALONE:
            depth = max(0, depth - 1) if found[1] else depth + 1
            deepest = max(deepest, depth)
    if deepest > _DEEPEST or count > _TAGS_AT_MOST or len(text) > _HTML_BYTES:
        raise TooSlow
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="pass_through",
        attribute_filter=_keep_attribute,
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    # A remote picture would tell who reads this; the formgrader serves what lies beside the notebook as its own.
    if tag == "img" and name == "src":
        return value if value.startswith((*_EMBEDDED, "#")) or _BESIDE.fullmatch(value) else None
    # A data: link, or one to a file beside the notebook, would open a page of the learner's.
    if tag == "a" and name == "href":
        return value if value.startswith(("#", "http://", "https://", "mailto:")) else None
    return value


def markdown_as_html(source: str, attachments: dict[str, Any] | None = None) -> str:
    """Markdown as HTML that cannot run, with the bitmaps that were pasted into its cell. Raises `TooSlow`."""
    pictures: list[str] = []

    def note(found: re.Match[str]) -> str:
        bundle = (attachments or {}).get(found[2], {})
        pictures.append(next((f"data:{kind};base64,{bundle[kind]}" for kind in _BITMAPS if kind in bundle), ""))
        return f"{found[1]}#attached-{len(pictures) - 1}"

    # A formula may not carry a link: MathJax would make one of \\href{javascript:…}.
    page = _page_of(_ATTACHED.sub(note, _ACTIVE_TEX.sub(r"\\text", source)))
    for number, picture in enumerate(pictures):
        page = page.replace(f'src="#attached-{number}"', f'src="{html.escape(picture, quote=True)}"')
    return page


@lru_cache(maxsize=256)  # most text of a notebook is the lesson's own, and set for one learner after another
def _page_of(markdown: str) -> str:
    return clean_html(markdown2html_mistune(markdown))


class Inert:
    """Cleans the cells of one notebook, within a time for all of them."""

    def __init__(self, delimiters: list[str]):
        self._delimiters = delimiters
        self._left = _ALL_SECONDS

    def clean(self, cell: NotebookNode) -> None:
        """Leave of a cell what can be shown, and what cannot run."""
        if not utils.is_locked(cell):
            for mark in self._delimiters:  # the instructor's marks: nbgrader would cut, or refuse, what follows them
                cell.source = cell.source.replace(mark, mark.replace(" ", "-"))
            cell.source = self._showable(cell)
        if cell.cell_type == "code":
            more = len(cell.outputs) - _OUTPUTS
            cell.outputs = [self._output(output) for output in cell.outputs[:_OUTPUTS]]
            if more > 0:
                cell.outputs.append(new_output("stream", name="stdout", text=f"[{more} more outputs were dropped]\n"))

    def _showable(self, cell: NotebookNode) -> str:
        source = cell.source
        if cell.cell_type == "markdown":
            return self._within(
                lambda: (markdown_as_html(source, cell.get("attachments")), source)[1], _as_written(source)
            )
        return self._within(lambda: (highlight(source, _LEXER, _FORMATTER), source)[1], _UNSHOWN)

    def _output(self, output: NotebookNode) -> NotebookNode:
        if output.output_type == "stream":
            output.text = _fewer_colours(output.text)
        elif output.output_type == "error":
            output.traceback = [_fewer_colours(line) for line in output.traceback]
            output.ename, output.evalue = _fewer_colours(output.ename), _fewer_colours(output.evalue)
        elif "data" in output:
            output.data = NotebookNode(self._bundle(output.data))
            output.metadata = NotebookNode()
        return output

    def _bundle(self, data: dict[str, Any]) -> dict[str, str]:
        """Of one output's forms: plain text, bitmaps, and everything else as HTML without active parts."""
        kept: dict[str, str] = {}
        for kind, value in data.items():
            text = clean("".join(value) if isinstance(value, list) else str(value))
            if kind == "text/plain" or (kind in _BITMAPS and _BASE64.fullmatch(text)):
                kept[kind] = text
            elif kind in _AS_HTML:
                page = self._within(partial(_AS_HTML[kind], text), "")
                if page:
                    kept.setdefault("text/html", page)
        return kept or {"text/plain": f"[an output that cannot be shown here: {clean(', '.join(data), 200)}]"}

    def _within(self, make: Callable[[], T], instead: T) -> T:
        """What `make` gives, or `instead` where it takes too long."""
        started = time.process_time()
        try:
            with _at_most(min(_SECONDS, self._left)):
                return make()
        except (TooSlow, RecursionError):
            return instead
        finally:
            self._left = max(0.1, self._left - (time.process_time() - started))


def _svg(text: str) -> str:
    encoded = base64.b64encode(text.encode()).decode()
    return f'<img alt="a picture" src="data:image/svg+xml;base64,{encoded}">'


_AS_HTML: dict[str, Callable[[str], str]] = {
    "text/html": clean_html,
    "image/svg+xml": _svg,
    "text/markdown": markdown_as_html,
    "text/latex": lambda text: f"<div>{html.escape(_ACTIVE_TEX.sub('text', text))}</div>",
}
_UNSHOWN = "# This cell could not be set as a page. It is as it was written in the submission."


def _as_written(source: str) -> str:
    fence = "~" * (3 + max((len(run) for run in re.findall("~+", source)), default=0))
    return f"{fence}\n{source}\n{fence}"


def _fewer_colours(text: str) -> str:
    """Text with its colours, unless they are so many that setting them would take minutes."""
    text = clean(text)
    return text if text.count("\x1b") <= _MANY_COLOURS else _COLOURS.sub("", text).replace("\x1b", "")


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise `TooSlow` in what takes more of the processor's time. Regular expressions, too, look for signals."""

    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread alone
        return

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
