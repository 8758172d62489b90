"""A class of all kinds, in a course with a manual cell and late penalties; and whole gradebooks, to be compared."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from toy import LESSON, ToyCourse, cell, notebook_of

CONFIG = """
import nbjudge

c = get_config()
c.NBJudge.given = "given_parts"
c.NBJudge.cell_seconds = 10
c.LateSubmissionPlugin.penalty_method = "zero"
nbjudge.configure(c)
"""
ESSAY = cell("### BEGIN SOLUTION\n'because'\n### END SOLUTION", "essay", solution=True, grade=True, points=2.0)
WRONG = "def double(x):\n    return x + 2\n"
CRASH = "import os\n\nos._exit(3)\n"
LOOP = "import time\n\nwhile True:\n    time.sleep(1)\n"
READS = "from pathlib import Path\n\ndef double(x):\n    return x * int(Path('two.txt').read_text())\n"
_DRAWN = re.compile("[0-9a-f]{32}")


class School(ToyCourse):
    """The toy course, with a question that people grade."""

    config = CONFIG
    lesson = LESSON

    def source(self) -> NotebookNode:
        (_, *cells) = super().source().cells
        return notebook_of(*cells, ESSAY)

    def answered(self, **answers: str) -> NotebookNode:
        notebook = super().answered(**answers)
        essay = next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "essay")
        essay.source = "'I think so.'"
        return notebook

    def make(self) -> None:
        super().make()
        text = jupytext.writes(self.source(), fmt="md:myst")
        self.write(f"source/{LESSON}/{LESSON}.md", text)  # what the author edits; no learner's code may find it
        self.write(f"source/{LESSON}/two.txt", "2")  # laid beside what is handed in, over a file of that name
        self.write(".nbjudge/secret", "the same for every copy")

    def copy(self, root: Path) -> School:
        return type(self)(shutil.copytree(self.root, root, symlinks=True))

    def nbjudge(self, *options: str, ok: bool | None = True) -> str:
        """Grade in parallel; returns what was said."""
        done = self.run("nbjudge.cli", "autograde", LESSON, *options, ok=ok)
        print(done.stdout + done.stderr)
        return done.stderr

    def hand_in_all_kinds(self) -> None:
        for student, answers in {
            "right": {},
            "wrong": {"double": WRONG},
            "crash": {"double": CRASH},
            "loop": {"double": LOOP},
            "reads": {"double": READS},
            "late": {"quadruple": "def quadruple(x):\n    return x\n"},
            "marked": {"double": WRONG},
        }.items():
            self.hand_in(student, self.answered(**answers))
            self.write(f"submitted/{student}/{LESSON}/timestamp.txt", "2026-01-02 12:00:00 UTC\n")
        self.hand_in("untouched", self.release())
        self.hand_in("binary", "\x00\x01")
        self.folder("nothing")
        self.write(f"submitted/reads/{LESSON}/two.txt", "3")
        self.write(f"submitted/reads/{LESSON}/more/empty.txt", "")
        self.write(f"submitted/late/{LESSON}/timestamp.txt", "2026-01-04 12:00:00 UTC\n")
        (self.root / f"submitted/right/{LESSON}/link.txt").symlink_to("/etc/hostname")
        with self.gradebook() as gradebook:
            mark(gradebook, LESSON)


def mark(gradebook: Gradebook, lesson: str) -> None:
    """Note what people have decided: when to hand in, and what somebody called `marked` has got from them."""
    gradebook.update_or_create_assignment(lesson, duedate="2026-01-03 12:00:00 UTC")
    gradebook.update_or_create_student("marked", first_name="Ada")
    gradebook.update_or_create_submission(lesson, "marked")
    submission = gradebook.find_submission_notebook(lesson, lesson, "marked")
    for grade in submission.grades:
        grade.manual_score, grade.extra_credit = 0.5, 0.25
    for comment in submission.comments:
        comment.manual_comment = "Come and see me."
    gradebook.db.commit()


def rows(database: Path) -> dict[str, list[str]]:
    """All rows of all tables, as `without_ids` has them."""
    with sqlite3.connect(database) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        tables = {name: [dict(row) for row in connection.execute(f"select * from {name}")] for name in names}
    return without_ids(tables)


def without_ids(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """In the place of an id, which is drawn at random, stands the row that it belongs to."""
    by_id = {row["id"]: row for found in tables.values() for row in found if _DRAWN.fullmatch(str(row.get("id")))}

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {key: named(value) for key, value in row.items() if key != "id" or value not in by_id}

    def named(value: Any) -> Any:
        return plain(by_id[value]) if value in by_id else value

    return {name: sorted(repr(plain(row)) for row in found) for name, found in tables.items()}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
