"""Formulas in a page, set as MathML when the page is made: no script, no font and no other host is needed to read them.

TeX is looked for in HTML that was made harmless before. What the library makes of it is written out anew, element by
element: known names alone, every text escaped. A formula that it cannot set is shown as its TeX.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

_TAG = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
_VERBATIM = re.compile(r"<(/?)(code|pre|a)\b")
_FORMULA = re.compile(
    r"\$\$(?P<block>[^$]+)\$\$"
    r"|\\\[(?P<bracket>.+?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]+\*?)\}.+?\\end\{(?P=name)\})"
    r"|\\\((?P<round>.+?)\\\)"
    r"|(?<![\\$\w])\$(?P<inline>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)",  # not: from $5 to $6
    re.DOTALL,
)
_LONGEST, _MOST = 4000, 200_000  # characters: of a formula, and of all in one text
_DEFINES = re.compile(r"\\(def|let|g?newcommand|renewcommand|providecommand|DeclareMathOperator)\b")
# What the library does not know, in its own words.
_SAID_OTHERWISE = (
    (re.compile(r"\\(begin|end)\{(?:aligned|gathered|split)\}"), r"\\\1{align*}"),
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"(\\text\{[^{}]*)\\_"), r"\1_"),
    # So that brackets are as high as their matrix.
    (re.compile(r"\\begin\{pmatrix\}"), r"\\left(\\begin{matrix}"),
    (re.compile(r"\\end\{pmatrix\}"), r"\\end{matrix}\\right)"),
    (re.compile(r"\\begin\{bmatrix\}"), r"\\left[\\begin{matrix}"),
    (re.compile(r"\\end\{bmatrix\}"), r"\\end{matrix}\\right]"),
)
# A minus after another operator, but for a closing bracket, is a sign: it stands close to its number.
_SIGN = re.compile(r"(<mo[^>]*>(?![)\]|])[^<]*</mo>)<mo>(?=\u2212)")
_ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_ATTRIBUTES = {
    *("accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "linethickness"),
    *("mathvariant", "maxsize", "minsize", "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy"),
    *("symmetric", "width", "height", "depth"),
}
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{1,40}")


class _CannotBeSet(Exception):
    """The library does not know some part of a formula."""


def with_formulas(page: str) -> str:
    """Harmless HTML with its formulas set, except in code and links."""
    left, depth, parts = _MOST, 0, []
    for number, part in enumerate(_TAG.split(page)):
        if number % 2:
            found = _VERBATIM.match(part)
            depth = max(0, depth + (-1 if found[1] else 1)) if found else depth
        elif not depth:
            size = len(part)
            part = _FORMULA.sub(_set, part) if size <= left else part
            left -= size
        parts.append(part)
    return "".join(parts)


def _set(found: re.Match[str]) -> str:
    inline = found["inline"] or found["round"]
    source = html.unescape(inline or found["block"] or found["bracket"] or found["environment"]).strip()
    return as_mathml(source, block=not inline) or f"<code>{html.escape(source)}</code>"


def as_mathml(source: str, block: bool = False) -> str | None:
    """A formula's TeX as MathML; None where the library cannot set it.

    >>> as_mathml("x^2")
    '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> as_mathml("\\\\nosuch{x}")
    """
    try:
        if len(source) > _LONGEST or _DEFINES.search(source):  # a definition can grow without end
            raise _CannotBeSet
        tex = source
        for pattern, instead in _SAID_OTHERWISE:
            tex = pattern.sub(instead, tex)
        made = "".join(_written(convert_to_element(tex, display="block" if block else "inline")))
    except Exception:  # the library raises whatever a strange formula leads it to; TeX can be read as well
        return None
    return _SIGN.sub(r'\1<mo form="prefix">', made)


def _written(element: Element) -> Iterator[str]:
    if element.tag not in _ELEMENTS:
        raise _CannotBeSet(element.tag)
    kept = {k: str(v) for k, v in element.attrib.items() if k in _ATTRIBUTES and _PLAIN_VALUE.fullmatch(str(v))}
    attributes = "".join(f' {name}="{value}"' for name, value in kept.items())
    yield f"<{element.tag}{attributes}>"
    text = html.unescape(element.text or "")
    if element.tag != "mtext" and re.search(r"\\[A-Za-z]|^&$", text):
        raise _CannotBeSet(text)
    yield html.escape(text, quote=False)
    for child in element:
        yield from _written(child)
    yield f"</{element.tag}>"
