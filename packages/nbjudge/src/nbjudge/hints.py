"""What people most often did who got an error, in words that say what to do about it."""

from __future__ import annotations

import re

from nbjudge.words import size_in_words

_NETWORK = re.compile(
    r"Temporary failure in name resolution|Name or service not known|Network is unreachable|URLError|"
    r"Failed to establish a new connection|Could not resolve host"
)
_INVISIBLE = re.compile(r"U\+(200[B-F]|202[A-E]|2060|FEFF|00AD)")
_HINTS: list[tuple[re.Pattern[str], str]] = [
    (_NETWORK, "There is no network while notebooks are graded: hand in what the notebook needs beside it."),
    (
        re.compile(r"StdinNotImplementedError|EOF when reading a line"),
        "It asks by input(), and nobody answers while it is graded: write the value into the cell.",
    ),
    (re.compile(r"\(U\+(201[89A-F]|00AB|00BB)\)"), "It holds typographic quotation marks: type ' or \" anew."),
    (re.compile(r"\(U\+(2212|2013|2014)\)"), "It holds a typographic minus or dash: type - anew."),
    (_INVISIBLE, "It holds invisible characters, as text copied from a page does: type the line anew."),
    (re.compile(r"U\+00A0"), "It holds no-break spaces, as text copied from a page does: type these spaces anew."),
    (re.compile(r"No module named 'google"), "It asks for Colab, where it is not graded: leave such lines out."),
    (re.compile(r"ModuleNotFoundError"), "That module is not installed where notebooks are graded."),
    (re.compile(r"FileNotFoundError"), "No such file was handed in beside the notebook."),
    (re.compile(r"CUDA|cuda|No GPU|nvidia"), "There is no GPU where notebooks are graded: write it for the CPU."),
    (re.compile(r"BdbQuit"), "It stops for a debugger, and nobody is there: take that line out."),
]
_MEMORY = re.compile(r"MemoryError|can't allocate memory|Cannot allocate memory|Unable to allocate")


def hint(detail: str, source: str = "", memory: int = 0) -> str:
    """What to say after an error, to go on after its message; empty where nothing comes to mind.

    `detail` is the error's type and message, `source` the cell that raised it, `memory` what it may use, in bytes.
    """
    if "SyntaxError" in detail and "```" in source:
        return ". It holds a Markdown fence (```): leave the code alone in the cell."
    if memory and _MEMORY.search(detail):
        return f". It asks for more memory than the {size_in_words(memory)} that a notebook may use."
    return next((f". {words}" for pattern, words in _HINTS if pattern.search(detail)), "")


def without_network(output: str) -> bool:
    """Whether what a command printed says that it found no network."""
    return _NETWORK.search(output) is not None
