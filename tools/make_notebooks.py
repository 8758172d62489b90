"""Makes the notebook that nbgrader and JupyterLab read from every lesson's text."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("kernelspec",)
_HEADING = re.compile(r"^### Exercise: .*$", re.MULTILINE)


def notebook_text(lesson: Path) -> str:
    """The .ipynb of a lesson's Markdown, the same in every run: cell ids count up, and there is no output.

    Raises ValueError, in words, where the points of an exercise are written twice or not at all.
    """
    notebook = jupytext.read(lesson, fmt="md:myst")
    notebook.metadata = nbformat.from_dict({key: notebook.metadata[key] for key in _KEPT})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    _name_points(notebook.cells)
    return nbformat.writes(notebook, version=4) + "\n"


def _name_points(cells: list[NotebookNode]) -> None:
    """Add to the heading of every exercise the points of its grading cell, which are written nowhere else."""
    heading, above = "", None
    for cell in cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
            if above is not None:
                raise ValueError(f"there is no grading cell below `{heading}`")
            heading, above = found[0], cell
            if re.search(r"\d points?\b", heading):
                raise ValueError(
                    f"the points in `{heading}` belong into the metadata of its grading cell, and only there"
                )
        elif meta.get("grade"):
            if above is None:
                raise ValueError(f"there is no heading `### Exercise: …` above the grading cell {meta['grade_id']}")
            points = f"{meta['points']} {'point' if meta['points'] == 1 else 'points'}"
            above.source = above.source.replace(heading, f"{heading} ({points})", 1)
            above = None
    if above is not None:
        raise ValueError(f"there is no grading cell below `{heading}`")


def main() -> int:
    for lesson in track(sorted(ROOT.glob("source/*/*.md")), description="notebooks"):
        lesson.with_suffix(".ipynb").write_text(notebook_text(lesson), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
