"""Courses of other people's, for what must hold in any course of nbgrader's; and their gradebooks, row by row."""

from __future__ import annotations

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from toy import ToyCourse, cell

STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'any'\n"
JUDGED = "import nbjudge\n\nc = get_config()\nc.CourseDirectory.course_id = 'any'\nnbjudge.configure(c)\n"
PLAIN = "Scored by plain tests, whose outcome rests on the learner's process."
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def words(source: str, grade_id: str, **flags: object) -> NotebookNode:
    """A text cell that nbgrader knows by `grade_id`."""
    meta = cell(source, grade_id, **flags).metadata
    meta.nbgrader["cell_type"] = "markdown"
    return new_markdown_cell(source, metadata=meta)


def graded_by(source: str, grade_id: str, points: float) -> NotebookNode:
    """A grading cell."""
    return cell(source, grade_id, grade=True, locked=True, points=points)


def solved(head: str, body: str, grade_id: str, **flags: object) -> NotebookNode:
    """A solution cell: `head` for everybody, `body` for those who know it."""
    return cell(f"{head}\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION", grade_id, solution=True, **flags)


class AnyCourse(ToyCourse):
    """A course directory with whatever notebooks, one assignment of which is graded."""

    def __init__(self, root: Path, config: str = JUDGED, lesson: str = "week1", home: Path | None = None):
        super().__init__(root)
        self.lesson, self.home = lesson, home
        if config:
            self.write("nbgrader_config.py", config)

    def environment(self) -> dict[str, str]:
        found = super().environment()
        return (
            {**found, "HOME": str(self.home), "JUPYTER_CONFIG_DIR": str(self.home / ".jupyter")} if self.home else found
        )

    def nbgrader(self, command: str, *options: str, ok: bool | None = True) -> str:
        """Run a command of nbgrader's on the assignment; what it said."""
        done = self.run("nbgrader", command, self.lesson, *options, ok=ok)
        print(done.stdout + done.stderr)
        return done.stdout + done.stderr

    def notebook(self, name: str, *cells: NotebookNode, metadata: dict[str, object] | None = None) -> None:
        """Write a source notebook of the assignment."""
        made = new_notebook(cells=list(cells), metadata=KERNEL if metadata is None else metadata)
        self.write(f"source/{self.lesson}/{name}.ipynb", nbformat.writes(made))

    def answer(self, student: str, name: str, **answers: str) -> NotebookNode:
        """Hand in a released notebook, with these sources in the cells of these ids."""
        released = nbformat.read(self.root / f"release/{self.lesson}/{name}.ipynb", as_version=4)
        for one in released.cells:
            one.source = answers.get(one.metadata.get("nbgrader", {}).get("grade_id"), one.source)
        self.give(student, name, released)
        return released

    def give(self, student: str, name: str, notebook: NotebookNode) -> None:
        self.write(f"submitted/{student}/{self.lesson}/{name}.ipynb", nbformat.writes(copy.deepcopy(notebook)))

    def read(self, student: str, name: str, step: str = "autograded", suffix: str = "ipynb") -> str:
        return (self.root / step / student / self.lesson / f"{name}.{suffix}").read_text(encoding="utf-8")

    def rows(self, lesson: str = "") -> dict[tuple[str, ...], dict[str, object]]:
        """All that the gradebook says of the assignment: of submissions, of their notebooks, and of graded cells."""
        found: dict[tuple[str, ...], dict[str, object]] = {}
        with self.gradebook() as gradebook:
            for submission in gradebook.find_assignment(lesson or self.lesson).submissions:
                student = submission.student.id
                found[(student,)] = submission.to_dict()
                for notebook in submission.notebooks:
                    found[student, notebook.name] = notebook.to_dict()
                    for grade in notebook.grades:
                        columns = (
                            "auto_score",
                            "manual_score",
                            "extra_credit",
                            "needs_manual_grade",
                            "score",
                            "max_score",
                        )
                        found[student, notebook.name, grade.name] = {name: getattr(grade, name) for name in columns}
        return {key: {name: value for name, value in row.items() if name != "id"} for key, row in found.items()}

    def scored(self, student: str, notebook: str, grade_id: str) -> float | None:
        return self.rows()[student, notebook, grade_id]["auto_score"]  # type: ignore[return-value]

    def notes(self) -> dict[tuple[str, str, str], str]:
        """The automatic comments, by student, notebook and cell."""
        with self.gradebook() as gradebook:
            return {
                (submission.student.id, notebook.name, comment.name): comment.auto_comment or ""
                for submission in gradebook.find_assignment(self.lesson).submissions
                for notebook in submission.notebooks
                for comment in notebook.comments
            }
