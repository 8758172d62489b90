"""Formulas of the site as MathML, set when it is built: to read them takes no script, no font and no other host."""

from __future__ import annotations

import html
import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)
# What latex2mathml does not know, in its own words.
_SAID_OTHERWISE = (
    (re.compile(r"\\(begin|end)\{(?:aligned|split)\}"), r"\\\1{align*}"),
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"(\\text\{[^{}]*)\\_"), r"\1_"),
)
# Of a command that it does not know it makes an element that holds the command.
_LEFT_OVER = re.compile(r">\s*\\[A-Za-z]+")


def as_mathml(tex: str, display: str) -> str | None:
    """A formula's TeX as MathML; None where latex2mathml cannot set it."""
    for pattern, instead in _SAID_OTHERWISE:
        tex = pattern.sub(instead, tex)
    try:
        made = convert(tex, display=display)
    except Exception:  # it raises whatever a strange formula leads it to
        return None
    return None if _LEFT_OVER.search(made) else made


def _visit(display: str, opening: str, closing: str):
    def visit(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
        made = as_mathml(node.astext(), display)
        if made is None:
            _log.warning("cannot be set: %s", node.astext(), location=node)
            made = f"<code>{html.escape(node.astext())}</code>"
        translator.body.append(f"{opening}{made}{closing}")
        raise nodes.SkipNode

    return visit


def setup(app: Sphinx) -> dict[str, bool]:
    inline = _visit("inline", "", "")
    block = _visit("block", '<div class="formula">', "</div>\n")
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
