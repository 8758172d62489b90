"""The same attacks against stock nbgrader, as far as that is safe: `PYTHONPATH=tests python -m attacks.stock`.

Its tests stand in the notebook, as nbgrader's documentation has it, and run in a kernel with the instructor's rights.
Only attacks that harm nothing but their own grading are run here.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from toy import EXERCISES, cell, notebook_of

from . import handed_in, machine, table, verdict
from .attack import Attack
from .canaries import Canaries
from .course import STALE, AttackedCourse

SAFE = {
    "strips_asserts",
    "lying_kernel",
    "hides_tracebacks",
    "lying_float",
    "empty",
    "shows_a_score",
    "exits",
    "grading_cells_gone",
    "own_grading_cell",
    "script_in_cells",
    "invalid_json",
    "empty_file",
    "no_notebook",
}
POINTS = EXERCISES["double"].points
HIDDEN = """assert double(np.ones(2)) is not None
### BEGIN HIDDEN TESTS
row = np.array([[1.5, -2.0, 0.25, 7.0]])
assert np.all(double(row) == 2 * row)  # hidden-{token}
### END HIDDEN TESTS
3.0"""


class StockCourse(AttackedCourse):
    """The toy course as stock nbgrader wants it."""

    exercises = ("double",)
    config = "c = get_config()\nc.ExecutePreprocessor.timeout = 20\n"

    def source(self) -> NotebookNode:
        hidden = HIDDEN.format(token=self.canaries.token)
        return notebook_of(
            cell("import numpy as np", "setup", locked=True),
            cell(self.solution("double"), "double", solution=True),
            cell(hidden, "test_double", grade=True, locked=True, points=POINTS),
        )


@dataclass
class Seen:
    """What stock nbgrader made of one submission."""

    score: float | None
    feedback: str

    @property
    def words(self) -> str:
        if self.score == STALE:
            return "not graded, old score kept"
        score = "no score" if self.score is None else f"{self.score:g} of {POINTS:g}"
        return score + (", script in feedback" if "<script>document.title" in self.feedback else "")


def attacks() -> list[Attack]:
    return [a for module in (verdict, machine, handed_in) for a in module.ATTACKS if a.name in SAFE]


def run(folder: Path) -> dict[str, Seen]:
    """Grade the attacks, and the same wrong code without one, as `plain`."""
    course = StockCourse(folder / "course", Canaries(folder / "outside", folder / "course"))
    try:
        course.root.mkdir()
        course.make()
        for attack in attacks():
            attack.hand_in(course)
        Attack("plain", "", "nothing").hand_in(course)
        Attack("right", "", "nothing", plain={}).hand_in(course)
        names = [*(attack.name for attack in attacks()), "plain", "right"]
        course.pretend_graded(names)
        course.autograde(ok=None)
        course.generate_feedback(ok=None)
        outcomes = course.outcomes()
        return {name: Seen(outcomes[name].scores["double"], _page(course, name)) for name in names}
    finally:
        course.canaries.close()
        course.remove()


def hidden_shown(seen: Seen) -> bool:
    """Whether a page shows a line of the hidden tests."""
    return "2 * row" in seen.feedback or "hidden-" in seen.feedback


def _page(course: AttackedCourse, student: str) -> str:
    path = course.feedback_page(student)
    return path.read_text(errors="replace") if path.is_file() else ""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        seen = run(Path(folder))
    rows = [{"rows": a.rows, "name": a.name, "tries": a.tries, "stock": seen[a.name].words} for a in attacks()]
    print("\n".join(table.lines(rows)))
    print(f"\nwithout an attack: {seen['plain'].words}; right: {seen['right'].words}")


if __name__ == "__main__":
    main()
