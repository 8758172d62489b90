"""Attacks by what is handed in: the notebook's frame, its file, its folder, and files beside it."""

from __future__ import annotations

import copy
import json
import os
import shutil

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from toy import LESSON

from .attack import Attack, Handed, handed
from .course import WRONG


@handed(
    "ships_test_settings", "A7", "ships pytest.ini, conftest.py, nbgrader_config.py and modules beside the notebook"
)
def settings(sub: Handed) -> None:
    lie = "import sys\nopen('@ROOT@/ran-@TOKEN@', 'w').write(__name__)\n"
    for name in (
        "conftest.py",
        "nbgrader_config.py",
        "sitecustomize.py",
        "torch.py",
        "numpy.py",
        "nbjudge.py",
        "pytest.py",
        "attnkit/parts.py",
        "attnkit/__init__.py",
        "json.py",
        "safetensors.py",
        "setup.py",
    ):
        sub.beside(name, sub.course.canaries.fill(lie))
    sub.beside("pytest.ini", "[pytest]\npython_files = nothing\naddopts = --co\n")
    sub.beside("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '--co'\n")
    sub.beside("own.pth", "import os; os._exit(0)\n")


@handed("promises_itself_points", "A21", "changes points, grade and solution flags of every cell")
def points(sub: Handed) -> None:
    for cell in sub.notebook.cells:
        meta = cell.metadata.get("nbgrader")
        if meta:
            meta.update(points=1000, solution=True, grade=True, locked=False, task=True, checksum="0")


@handed("grading_cells_gone", "A21", "deletes the grading cells")
def gone(sub: Handed) -> None:
    sub.notebook.cells = [c for c in sub.notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]


@handed("grading_cells_first", "A21", "doubles, empties and moves the grading cells to the front")
def moved(sub: Handed) -> None:
    tests = [copy.deepcopy(c) for c in sub.notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    for cell in tests:
        cell.source = ""
    sub.notebook.cells = tests + sub.notebook.cells + tests


@handed("own_grading_cell", "A21", "writes a grading cell of its own that gives full marks")
def own(sub: Handed) -> None:
    sub.cell("test_double").source = "3.0"
    meta = dict(sub.cell("test_double").metadata["nbgrader"], grade_id="test_more", points=100)
    sub.notebook.cells.append(new_code_cell("100", metadata={"nbgrader": meta}))


@handed("climbing_ids", "own", "gives cells ids that climb out of the folder, and types nobody knows")
def climbing(sub: Handed) -> None:
    for number, grade_id in enumerate(
        (
            "../../../tests/checks/test_double",
            "/etc/passwd",
            "'; drop table grade; --",
            "\x00",
            "a" * 100_000,
            "test_double\n",
            "",
        )
    ):
        meta = {"grade_id": grade_id, "solution": True, "grade": False, "schema_version": 99 - number}
        sub.notebook.cells.append(new_code_cell("double = 3", metadata={"nbgrader": meta}))
    sub.notebook.metadata["kernelspec"] = {"name": "../../bin/sh", "display_name": "sh", "language": "../x"}


@handed("same_ids", "own", "gives every cell the same id")
def same(sub: Handed) -> None:
    for cell in sub.notebook.cells:
        cell["id"] = "same"
        cell.metadata["nbgrader"] = {"grade_id": "double", "solution": True, "schema_version": 3}


@handed("script_in_cells", "A22", "puts scripts into Markdown, raw cells, attachments and outputs")
def script(sub: Handed) -> None:
    evil = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
    sub.notebook.cells.insert(0, new_markdown_cell(evil, attachments={"x": {"text/html": evil}}))
    sub.notebook.cells.insert(0, new_raw_cell(evil, metadata={"raw_mimetype": "text/html"}))


@handed("links", "A23", "hands in links to the source, to a neighbour's notebook and to a device")
def links(sub: Handed) -> None:
    os.symlink(sub.course.root / "source", sub.folder / "source")
    os.symlink(sub.course.canaries.secret, sub.folder / "secret.txt")
    os.symlink(sub.course.root / f"submitted/a_right/{LESSON}/{LESSON}.ipynb", sub.folder / "other.ipynb")
    os.symlink("/dev/zero", sub.folder / "data.bin")
    os.symlink(sub.folder, sub.folder / "loop")


@handed("notebook_is_a_link", "A23", "hands in a link to a right notebook in the place of its own")
def notebook_link(sub: Handed) -> None:
    shutil.rmtree(sub.folder)
    sub.folder.mkdir()
    target = sub.course.root / f"submitted/a_right/{LESSON}/{LESSON}.ipynb"
    os.symlink(target, sub.folder / f"{LESSON}.ipynb")
    sub.folder = sub.folder / "none"


@handed("folder_is_a_link", "A23", "hands in a link to a neighbour's folder in the place of its own")
def folder_link(sub: Handed) -> None:
    shutil.rmtree(sub.folder)
    os.symlink(sub.course.root / f"submitted/a_right/{LESSON}", sub.folder)
    sub.folder = sub.folder / "none"


@handed("person_is_a_link", "A23", "is itself a link to a neighbour")
def person_link(sub: Handed) -> None:
    shutil.rmtree(sub.folder.parent)
    os.symlink(sub.course.root / "submitted/a_right", sub.folder.parent)
    sub.folder = sub.folder / "none"


@handed("pipe_and_giant", "A23", "hands in a named pipe and a file of one gigabyte")
def pipe(sub: Handed) -> None:
    os.mkfifo(sub.folder / "data.csv")
    with open(sub.folder / "weights.bin", "wb") as file:
        file.truncate(1 << 30)


@handed("notebook_is_a_pipe", "A23", "hands in a named pipe as its notebook")
def notebook_pipe(sub: Handed) -> None:
    os.mkfifo(sub.folder / f"{LESSON}.ipynb")
    sub.folder = sub.folder / "none"


def _text(name: str, rows: str, tries: str, make) -> Attack:
    def change(sub: Handed) -> None:
        sub.text = make(sub)

    return Attack(name, rows, tries, change=change)


def _version_3(sub: Handed) -> str:
    cells = [{"cell_type": "code", "input": WRONG, "outputs": [], "language": "python", "metadata": {}}]
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]})


def _many_cells(sub: Handed) -> str:
    sub.notebook.cells += [new_code_cell("0") for _ in range(20_000)]
    return nbformat.writes(sub.notebook)


def _half_characters(sub: Handed) -> str:
    sub.notebook.cells.append(new_code_cell("half = 'HALF'"))
    return nbformat.writes(sub.notebook).replace("HALF", "\\ud800")


def _null_bytes(sub: Handed) -> str:
    sub.cell("double").source += "\n# NULL"
    return nbformat.writes(sub.notebook).replace("NULL", "\\u0000")


def _strange_cells(sub: Handed) -> str:
    raw = json.loads(nbformat.writes(sub.notebook))
    raw["cells"] += [
        None,
        7,
        [],
        {"cell_type": []},
        {"cell_type": "code", "source": {"a": 1}, "metadata": 5},
        {"cell_type": "code", "source": ["x", 3, None], "metadata": {"nbgrader": []}},
    ]
    return json.dumps(raw)


@handed("no_notebook", "A24", "hands in a folder without a notebook")
def nothing(sub: Handed) -> None:
    sub.beside("answers.docx", "see the attached file")
    sub.folder = sub.folder / "none"


@handed("another_name", "A24", "hands in its notebook under another name, beside one with a name of its own")
def renamed(sub: Handed) -> None:
    text = nbformat.writes(sub.notebook)
    sub.beside(f"{LESSON} (1).ipynb", text)
    sub.beside("test_double.ipynb", text)
    sub.folder = sub.folder / "none"


@handed("notebook_is_a_folder", "own", "hands in a folder with the notebook's name")
def notebook_folder(sub: Handed) -> None:
    (sub.folder / f"{LESSON}.ipynb").mkdir()
    sub.folder = sub.folder / "none"


@handed("extra_notebooks", "own", "hands in more notebooks, one named like a file of the course")
def extra(sub: Handed) -> None:
    text = nbformat.writes(sub.course.answered())
    for name in ("evil.ipynb", "test_double.ipynb", "..ipynb", "toy.ipynb.ipynb"):
        sub.beside(name, text)


@handed("broken_date", "own", "hands in a timestamp that is no date")
def date(sub: Handed) -> None:
    sub.beside("timestamp.txt", "the day before yesterday\x00")


@handed("deep_folders", "own", "hands in folders nested deeper than a path can be long")
def deep(sub: Handed) -> None:
    here = os.open(sub.folder, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("file.txt", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=here))
    os.close(here)


@handed("painted_names", "own", "hands in files whose names paint the instructor's terminal")
def names(sub: Handed) -> None:
    for name in ("\x1b]0;owned\x07", "new\nline", "-rf", "a" * 255, "%s%n{0}", "\udcff"):
        sub.beside(name, "")
    os.symlink("/etc/passwd", sub.folder / "\x1b[2Jlink")


ATTACKS = [
    settings,
    points,
    gone,
    moved,
    own,
    climbing,
    same,
    script,
    links,
    notebook_link,
    folder_link,
    person_link,
    pipe,
    notebook_pipe,
    nothing,
    renamed,
    notebook_folder,
    extra,
    date,
    deep,
    names,
    _text("deep_json", "A24", "hands in JSON that is nested a hundred thousand deep", lambda sub: "[" * 100_000),
    _text("invalid_json", "A24", "hands in half a notebook", lambda sub: nbformat.writes(sub.notebook)[:-200]),
    _text("empty_file", "A24", "hands in an empty file", lambda sub: ""),
    _text("format_3", "A24", "hands in a notebook of format 3", _version_3),
    _text("huge_file", "A24", "hands in 21 MB of blanks", lambda sub: " " * (21 << 20)),
    _text("twenty_thousand_cells", "own", "hands in 20,000 cells", _many_cells),
    _text(
        "huge_cell",
        "own",
        "hands in a cell of 8 MB of statements",
        lambda sub: nbformat.writes(_with_cell(sub, "a = 0\n" + "a;" * 4_000_000)),
    ),
    _text("half_characters_in_cells", "own", "hands in text that has no encoding", _half_characters),
    _text("null_bytes", "own", "hands in cells with null bytes", _null_bytes),
    _text("strange_cells", "own", "hands in cells that are numbers, lists and nothing", _strange_cells),
    _text(
        "deep_cell",
        "own",
        "hands in an expression nested a hundred thousand deep",
        lambda sub: nbformat.writes(_with_cell(sub, "a = " + "-" * 100_000 + "1")),
    ),
]


def _with_cell(sub: Handed, source: str):
    sub.notebook.cells.append(new_code_cell(source))
    return sub.notebook
