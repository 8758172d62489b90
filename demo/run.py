"""`make demo`: a class is graded with the real nbgrader commands, in a course directory of its own.

Ends with the gradebook as a table, and says where the feedback pages are.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

from nbgrader.api import Gradebook
from nbjudge import Course
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from submissions import Lesson, hand_in

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
CLASS = HERE / "class"
console = Console()


def set_up() -> None:
    """A fresh course directory that shares the repository's configuration, sources and checks."""
    shutil.rmtree(CLASS, ignore_errors=True)
    CLASS.mkdir()
    for name in ("nbgrader_config.py", "source", "tests"):
        (CLASS / name).symlink_to(REPOSITORY / name)


def nbgrader(*arguments: str, progress: Progress, say: str, total: int, counts: str) -> None:
    """Run an nbgrader command; its log goes to a file, and every line with `counts` moves the bar."""
    task = progress.add_task(say, total=total)
    command = [sys.executable, "-m", "nbgrader", *arguments]
    with (CLASS / "nbgrader.log").open("a") as log:
        process = subprocess.Popen(command, cwd=CLASS, stderr=subprocess.PIPE, text=True, env=_environment())
        for line in process.stderr:
            log.write(line)
            if counts in line:
                progress.advance(task)
    if process.wait():
        progress.stop()
        console.print((CLASS / "nbgrader.log").read_text()[-4000:], markup=False)
        sys.exit(f"`nbgrader {' '.join(arguments)}` failed; the whole log is in {CLASS / 'nbgrader.log'}")
    progress.update(task, completed=total)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "ignore"}


def grade(lesson_name: str, progress: Progress) -> None:
    steps = {"progress": progress, "counts": "Converting notebook"}
    nbgrader("generate_assignment", lesson_name, "--force", say=f"{lesson_name}: release", total=1, **steps)
    people = Lesson(Course(CLASS), lesson_name, CLASS / "release").people()
    for student, notebook in people.items():
        hand_in(notebook, CLASS, student, lesson_name)
    autograde = {"progress": progress, "counts": "Autograding"}
    nbgrader("autograde", lesson_name, say=f"{lesson_name}: autograde", total=len(people), **autograde)
    nbgrader("generate_feedback", lesson_name, say=f"{lesson_name}: feedback", total=len(people), **steps)


def show(lessons: list[str]) -> None:
    """The gradebook, as a table."""
    table = Table("student", *lessons, title="Gradebook")
    warnings.simplefilter("ignore")
    with Gradebook(f"sqlite:///{CLASS / 'gradebook.db'}") as gradebook:
        for student in sorted(gradebook.students, key=lambda student: student.id):
            scores = []
            for lesson in lessons:
                submission = gradebook.find_submission(lesson, student.id)
                mark = " (a person must look)" if submission.needs_manual_grade else ""
                scores.append(f"{submission.score:g} / {submission.max_score:g}{mark}")
            table.add_row(student.id, *scores)
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lessons", nargs="*", help="lessons to grade (default: the first two)")
    lessons = parser.parse_args().lessons or list(Course(REPOSITORY).lessons)[:2]
    set_up()
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*bars, console=console) as progress:
        for lesson in lessons:
            grade(lesson, progress)
    show(lessons)
    pages = CLASS / "feedback" / "<student>" / "<lesson>" / "<lesson>.html"
    console.print(f"Feedback pages: {pages.relative_to(REPOSITORY)}", markup=False, soft_wrap=True)
    console.print(f"Look at one:    {_example(lessons[0])}", markup=False, soft_wrap=True)


def _example(lesson: str) -> Path:
    return (CLASS / "feedback" / "carl_one_mistake" / lesson / f"{lesson}.html").relative_to(REPOSITORY)


if __name__ == "__main__":
    main()
