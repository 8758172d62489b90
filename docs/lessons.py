"""Makes the site's pages of the lessons, docs/lessons/: the cells that learners get, and below them what they show.

A released cell that is to be filled in raises NotImplementedError. So the notebook is executed with the reference
solutions in their places, and its outputs are put below the released text. Hidden tests are not executed, and a line
`check(…)` shows nothing. Outputs are kept in build/lessons until something changes that they follow from.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import nbformat
from attnkit.pictures import transformer
from nbclient import NotebookClient
from nbformat import NotebookNode
from rich.progress import track

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGES = DOCS / "lessons"
LESSONS = sorted(path.name for path in (ROOT / "release").iterdir() if path.is_dir())
# Of the forms of an output; a widget would ask another host for its script.
_SHOWN = ("text/html", "image/png", "image/svg+xml", "text/markdown", "text/plain")
_TO_A_LESSON = re.compile(r"\(\.\./\w+/(\w+\.ipynb)\)")
_SAYS = {
    "title": re.compile(r"^# (.+)$", re.MULTILINE),
    "what": re.compile(r"^\*\*What\.\*\* (.+)$", re.MULTILINE),
    "builds_on": re.compile(r"It builds on (.+)\.$", re.MULTILINE),
}
_NOTE = """```{{note}}
Below each cell stands what it shows once all exercises are solved. Yours are in {{download}}`the notebook
<../../release/{lesson}/{lesson}.ipynb>`; how to open it says [the page for learners](../pages/learners.md).
```"""
_OVERVIEW = """![{alt}](../lessons/map.png)

| lesson | what you build | builds on |
|---|---|---|
{rows}
"""


def released(lesson: str) -> NotebookNode:
    """What learners get, with links that lead to pages of the site."""
    notebook = nbformat.reads(_text(ROOT / "release" / lesson / f"{lesson}.ipynb"), as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _TO_A_LESSON.sub(r"(\1)", cell.source)
    return notebook


def solved(lesson: str) -> NotebookNode:
    """The released notebook with the reference solutions in their places, and without its lines `check(…)`."""
    notebook = released(lesson)
    source = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    solutions = {_of(cell)["grade_id"]: cell.source for cell in source.cells if _of(cell).get("solution")}
    for cell in notebook.cells:
        if _of(cell).get("solution"):
            cell.source = solutions[_of(cell)["grade_id"]]
        elif cell.cell_type == "code" and cell.source.startswith("check("):
            cell.source = ""
    return notebook


def outputs(lesson: str) -> list[list[NotebookNode]]:
    """What each cell of the solved notebook shows, executed now or before."""
    notebook = solved(lesson)
    kept = ROOT / "build/lessons" / f"{lesson}-{_state(notebook)}.ipynb"
    if not kept.is_file():
        _execute(lesson, notebook)
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob(f"{lesson}-*.ipynb"):
            old.unlink()
        nbformat.write(notebook, kept)
    return [cell.get("outputs", []) for cell in nbformat.read(kept, as_version=4).cells]


def page(lesson: str, shown: list[list[NotebookNode]]) -> NotebookNode:
    """The released notebook with outputs, and with a note below its title."""
    notebook = released(lesson)
    for cell, its_outputs in zip(notebook.cells, shown, strict=True):
        if cell.cell_type == "code":
            cell.outputs = [_for_the_site(output) for output in its_outputs]
        cell.metadata = NotebookNode()
    first = notebook.cells[0]
    first.source = _SAYS["title"].sub(lambda title: f"{title[0]}\n\n{_NOTE.format(lesson=lesson)}", first.source)
    return notebook


def overview() -> str:
    """The map of the course, and a table of the lessons, as each speaks of itself."""
    rows = []
    for lesson in LESSONS:
        said = {name: says.search(released(lesson).cells[0].source)[1] for name, says in _SAYS.items()}
        builds_on = said["builds_on"].replace("](", "](../lessons/")
        rows.append(f"| [{said['title']}](../lessons/{lesson}.ipynb) | {said['what']} | {builds_on} |")
    return _OVERVIEW.format(alt=transformer.architecture().alt, rows="\n".join(rows))


def make(executed: list[str]) -> None:
    """Write the pages of all lessons; those of `executed` with outputs."""
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir()
    (PAGES / "map.png").write_bytes(transformer.architecture().png())
    (PAGES / "overview.md").write_text(overview(), encoding="utf-8")
    longest_first = sorted(executed, reverse=True)  # the last one trains two models
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(track(pool.map(outputs, longest_first), total=len(executed), description="lessons"))
    shown = dict(zip(longest_first, made, strict=True))
    for lesson in LESSONS:
        nothing = [[] for _ in released(lesson).cells]
        nbformat.write(page(lesson, shown.get(lesson, nothing)), PAGES / f"{lesson}.ipynb")


def _execute(lesson: str, notebook: NotebookNode) -> None:
    """Run it as a learner does, in a folder of its own: a lesson may write files beside itself."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / lesson
        folder.mkdir()
        place = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=None, resources=place, extra_arguments=["--log-level=ERROR"]).execute()


@cache
def _text(path: Path) -> str:
    """Read once: execution takes minutes, and the page is to show what was executed."""
    return path.read_text(encoding="utf-8")


def _of(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def _state(notebook: NotebookNode) -> str:
    """All that outputs follow from, in a few letters."""
    state = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    for path in sorted((ROOT / "packages/attnkit/src").rglob("*.py")):
        state.update(path.read_bytes())
    for cell in notebook.cells:
        if cell.cell_type == "code":
            state.update(cell.source.encode())
    return state.hexdigest()[:16]


def _for_the_site(output: NotebookNode) -> NotebookNode:
    if "data" in output:
        output.data = NotebookNode({form: output.data[form] for form in _SHOWN if form in output.data})
    return output


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the pages of the lessons, docs/lessons/.")
    parser.add_argument("--execute", nargs="*", choices=LESSONS, default=LESSONS, help="by default, every lesson")
    make(parser.parse_args().execute)
