"""Makes the notebook that nbgrader and JupyterLab read from every lesson's text."""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbformat
from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("kernelspec",)


def notebook_text(lesson: Path) -> str:
    """The .ipynb of a lesson's Markdown, the same in every run: cell ids count up, and there is no output."""
    notebook = jupytext.read(lesson, fmt="md:myst")
    notebook.metadata = nbformat.from_dict({key: notebook.metadata[key] for key in _KEPT})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return nbformat.writes(notebook, version=4) + "\n"


def main() -> int:
    for lesson in track(sorted(ROOT.glob("source/*/*.md")), description="notebooks"):
        lesson.with_suffix(".ipynb").write_text(notebook_text(lesson), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
