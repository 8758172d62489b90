"""What an attack is: wrong code, the same with something hostile added, and one line of what that tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from nbformat import NotebookNode
from toy import LESSON

from .course import WRONG, AttackedCourse

# What an attack prints where it got through. Reversed, so that its own source does not hold it.
BREACH = """
def breach(what):
    print("@TOKEN@"[::-1], what)

"""
# For attacks that speak to the judge themselves.
WIRE = """
import json, os, socket, struct, sys, threading, time

wire = socket.socket(fileno=os.dup(int(os.environ["NBJUDGE_FD"])))
wire.setblocking(True)

def frame(document, block=b""):
    text = json.dumps(document).encode()
    return struct.pack(">IQ", len(text), len(block)) + text + block

def read(count):
    data = b""
    while len(data) < count:
        data += wire.recv(count - len(data))
    return data

def question():
    text, block = struct.unpack(">IQ", read(12))
    document = json.loads(read(text))
    read(block)
    return document

def in_its_place(serve_kernel):
    # Whoever has imported it by its name calls the other one from now on.
    for name in ("nbjudge.conversation.inside.serve", "nbjudge.kernels.inside.app"):
        sys.modules[name].serve_kernel = serve_kernel

"""


@dataclass
class Handed:
    """A submission on its way: an attack may change its notebook, its folder, or the text of its file."""

    course: AttackedCourse
    student: str
    notebook: NotebookNode
    folder: Path
    text: str | bytes | None = None  # in the place of the notebook

    def beside(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def cell(self, grade_id: str) -> NotebookNode:
        return next(c for c in self.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


@dataclass
class Attack:
    """`answers` with the attack, `plain` the same wrong code without it; `change` is done to what is handed in."""

    name: str
    rows: str  # of the list of known attacks, or "own"
    tries: str
    answers: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=lambda: {"double": WRONG})
    change: Callable[[Handed], None] | None = None

    def hand_in(self, course: AttackedCourse) -> None:
        answers = {**self.plain, **self.answers}
        handed = Handed(course, self.name, course.answered(**answers), course.folder(self.name))
        if self.change is not None:
            self.change(handed)
        if handed.text is not None:
            handed.beside(f"{LESSON}.ipynb", handed.text)
        elif handed.folder.is_dir():
            course.hand_in(self.name, handed.notebook)


def beside_wrong(name: str, rows: str, tries: str, code: str) -> Attack:
    """`code` follows a wrong `double` in its cell."""
    return Attack(name, rows, tries, {"double": WRONG + BREACH + dedent(code)})


def speaking(name: str, rows: str, tries: str, code: str) -> Attack:
    """As `beside_wrong`, with the judge's socket at hand."""
    return Attack(name, rows, tries, {"double": WRONG + BREACH + WIRE + dedent(code)})


def body(name: str, rows: str, tries: str, code: str) -> Attack:
    """`code` is the body of `double`, after its wrong answer was computed as `wrong`."""
    indented = "".join(f"    {line}\n" for line in dedent(code).strip().splitlines())
    return Attack(name, rows, tries, {"double": BREACH + f"def double(x):\n    wrong = x + 2\n{indented}"})


def handed(name: str, rows: str, tries: str) -> Callable[[Callable[[Handed], None]], Attack]:
    """Decorates a function that changes a wrong submission before it is handed in."""
    return lambda change: Attack(name, rows, tries, change=change)
