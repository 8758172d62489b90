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
    # So that brackets are as high as their matrix.
    (re.compile(r"\\begin\{pmatrix\}"), r"\\left(\\begin{matrix}"),
    (re.compile(r"\\end\{pmatrix\}"), r"\\end{matrix}\\right)"),
    (re.compile(r"\\begin\{bmatrix\}"), r"\\left[\\begin{matrix}"),
    (re.compile(r"\\end\{bmatrix\}"), r"\\end{matrix}\\right]"),
)
# A minus after another operator, but for a closing bracket, is a sign: it stands close to its number.
_SIGN = re.compile(r"(<mo[^>]*>(?!&#x00029;|&#x0005D;|&#x0007C;|[)\]|])[^<]*</mo>)<mo>(?=&#x02212;)")
_GAP = re.compile(r"(\\(?:begin|end|left|right|q?quad)(?![A-Za-z])|\\[{}]|[{}])")
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
    return None if _LEFT_OVER.search(made) else _SIGN.sub(r'\1<mo form="prefix">', made)


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


def _set(node: nodes.Element, tex: str, display: str) -> str:
    made = as_mathml(tex, display)
    if made is None:
        _log.warning("cannot be set: %s", tex, location=node)
    return made or f"<code>{html.escape(tex)}</code>"


def _visit_inline(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    translator.body.append(_set(node, node.astext(), "inline"))
    raise nodes.SkipNode


def _visit_block(translator: nodes.NodeVisitor, node: nodes.Element) -> None:
    formula = "".join(_set(node, part, "block") for part in parts(node.astext()))
    # The second class is the theme's: it lets the keyboard reach what has to scroll.
    translator.body.append(f'<div class="formula pst-scrollable-table-container">{formula}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
