"""Makes the notebook that nbgrader and JupyterLab read from every lesson's text."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from rich.progress import track

ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("kernelspec",)
_HEADING = re.compile(r"^### Exercise: .*$", re.MULTILINE)
_TITLE = re.compile(r"^# .+$", re.MULTILINE)
_WHERE = re.compile(r"^\*\*Where\.\*\* .*$", re.MULTILINE)
_SAID = {"points": r"\d points?\b", "difficulty": r"\bdifficulty \d", "minutes": r"\d minutes?\b"}


def notebook_text(lesson: Path) -> str:
    """The .ipynb of a lesson's Markdown, the same in every run: cell ids count up, and there is no output.

    Raises ValueError, in words, where the points, the difficulty or the minutes of an exercise are written twice or
    not at all, and where the lesson does not say how long its text takes to read and what it builds on.
    """
    notebook = jupytext.read(lesson, fmt="md:myst")
    minutes = _name_exercises(notebook.cells)
    _say_where_you_are(lesson, notebook, minutes)
    notebook.metadata = nbformat.from_dict({key: notebook.metadata[key] for key in _KEPT})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return nbformat.writes(notebook, version=4) + "\n"


def _name_exercises(cells: list[NotebookNode]) -> int:
    """Add to the heading of every exercise what its grading cell says, and nothing else; return all their minutes."""
    heading, above, total = "", None, 0
    for cell in cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
            if above is not None:
                raise ValueError(f"there is no grading cell below `{heading}`")
            heading, above = found[0], cell
            for name, said in _SAID.items():
                if re.search(said, heading):
                    raise ValueError(
                        f"the {name} in `{heading}` belong into the metadata of its grading cell, and only there"
                    )
        elif meta.get("grade"):
            if above is None:
                raise ValueError(f"there is no heading `### Exercise: …` above the grading cell {meta['grade_id']}")
            difficulty, minutes = _difficulty_and_minutes(cell)
            said = f"{_counted(meta['points'], 'point')}, difficulty {difficulty} of 5"
            above.source = above.source.replace(heading, f"{heading} ({said}, about {_counted(minutes, 'minute')})", 1)
            above, total = None, total + minutes
    if above is not None:
        raise ValueError(f"there is no grading cell below `{heading}`")
    return total


def _difficulty_and_minutes(cell: NotebookNode) -> tuple[int, int]:
    meta = cell.metadata.get("exercise")
    where = f"the metadata of the grading cell {cell.metadata['nbgrader']['grade_id']}"
    if not isinstance(meta, Mapping) or set(meta) != {"difficulty", "minutes"}:
        raise ValueError(f"{where} must say `exercise:` with a `difficulty:` and `minutes:`, and nothing else")
    difficulty, minutes = _whole(meta["difficulty"]), _whole(meta["minutes"])
    if not 1 <= difficulty <= 5:
        raise ValueError(f"{where}: the difficulty is a whole number from 1 to 5, not {meta['difficulty']!r}")
    if minutes < 1:
        raise ValueError(f"{where}: the minutes are a whole number above 0, not {meta['minutes']!r}")
    return difficulty, minutes


def _say_where_you_are(lesson: Path, notebook: NotebookNode, exercises: int) -> None:
    """Add below the lesson's **Where.** how many minutes it takes, and links to the lessons that it builds on."""
    meta = notebook.metadata.get("lesson")
    if not isinstance(meta, Mapping) or set(meta) != {"reading_minutes", "builds_on"}:
        raise ValueError(
            f"the front matter of {lesson.name} must say `lesson:` with `reading_minutes:` and `builds_on:`, no more"
        )
    reading = _whole(meta["reading_minutes"])
    if reading < 1:
        raise ValueError(f"{lesson.name}: `reading_minutes` is a whole number above 0, not {meta['reading_minutes']!r}")
    first = notebook.cells[0]
    if first.cell_type != "markdown" or len(_WHERE.findall(first.source)) != 1:
        raise ValueError(f"the first cell of {lesson.name} must have one paragraph that begins with `**Where.**`")
    time = f"This lesson takes about {_counted(reading + exercises, 'minute')}"
    parts = f"{reading} to read and to look, {exercises} for the exercises"
    links = [_link(lesson, name) for name in meta["builds_on"]]
    *most, last = links or ["nothing but Python and a little PyTorch"]
    builds = f"{', '.join(most)} and {last}" if most else last
    line = f"**You are here.** {time}: {parts}. It builds on {builds}."
    first.source = _WHERE.sub(lambda where: f"{where[0]}\n\n{line}", first.source)


def _link(lesson: Path, name: str) -> str:
    """A link from a lesson to another one, by its title."""
    text = lesson.parent.parent / name / f"{name}.md"
    title = _TITLE.search(text.read_text(encoding="utf-8")) if text.exists() else None
    if title is None:
        raise ValueError(f"{lesson.name} builds on {name}, and there is no lesson with a title in {text.name}")
    return f"[{title[0].removeprefix('# ')}](../{name}/{name}.ipynb)"


def _whole(number: object) -> int:
    """The number itself where it is a whole one, and 0, which nothing allows, for everything else."""
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def main() -> int:
    for lesson in track(sorted(ROOT.glob("source/*/*.md")), description="notebooks"):
        lesson.with_suffix(".ipynb").write_text(notebook_text(lesson), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
