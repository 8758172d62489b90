"""Formulas of the site as MathML, set when it is built: to read them takes no script, no font and no other host."""

from __future__ import annotations

import html
import re

from docutils import nodes
from nbjudge import as_mathml
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)
_GAP = re.compile(r"(\\(?:begin|end|left|right|q?quad)(?![A-Za-z])|\\[{}]|[{}])")


def parts(tex: str) -> list[str]:
    """What wide gaps divide a formula into, so that it goes on in the next line where a page is narrow."""
    found, depth = [""], 0
    for piece in _GAP.split(tex):
        if piece in ("\\quad", "\\qquad") and not depth:
            found.append("")
            continue
        depth += (piece in ("{", "\\begin", "\\left")) - (piece in ("}", "\\end", "\\right"))
        found[-1] += piece
    return [part for part in found if part.strip()]


def _set(node: nodes.Element, tex: str, block: bool = False) -> str:
    made = as_mathml(tex, block)
    if made is None:
        _log.warning("cannot be set: %s", tex, location=node)
    return made or f"<code>{html.escape(tex)}</code>"


def _visit_inline(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    translator.body.append(_set(node, node.astext()))
    raise nodes.SkipNode


def _visit_block(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    formula = "".join(_set(node, part, block=True) for part in parts(node.astext()))
    # The second class is the theme's: it lets the keyboard reach what has to scroll.
    translator.body.append(f'<div class="formula pst-scrollable-table-container">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
