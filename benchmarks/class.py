"""Grades a class as it hands in: by stock nbgrader, by one worker, and by two, in one run.

A third is right, a third holds one or two known mistakes, and of the rest some loop, crash, are half empty or untouched.
Times are those of whole commands, and of what is left of them for each submission when a command for one is taken off.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

from nbformat import NotebookNode
from nbjudge import Course
from rich.console import Console
from rich.table import Table
from run import LESSON, ROOT, course_directory

sys.path.insert(0, str(ROOT / "demo"))
from submissions import Lesson, hand_in

console = Console()
KINDS = (
    "right",
    "mistake",
    "right",
    "mistake",
    "right",
    "mistakes",
    "loop",
    "crash",
    "half",
    "untouched",
    "right",
    "mistake",
)


@dataclass
class Run:
    """One command, in seconds."""

    who: str
    submissions: int
    wall: float
    cpu: float


def class_of(lesson: Lesson, count: int) -> Iterator[tuple[str, NotebookNode]]:
    """Kind and notebook of each submission; of `count`, a third is right, and a third holds a mistake or two."""
    right, first = lesson.right(), lesson.exercises[0].name
    for number, kind in enumerate(islice(cycle(KINDS), count)):
        answers = {
            "right": right,
            "mistake": lesson.mistaken(number, 1),
            "mistakes": lesson.mistaken(number, 2),
            "loop": {**right, first: right[first] + "\n\nwhile True:\n    pass"},
            "crash": {**right, first: right[first] + "\n\nimport os\nos._exit(1)"},
            "half": dict(islice(right.items(), len(right) // 2)),
            "untouched": {},
        }[kind]
        yield kind, lesson.notebook(answers)


def commands(root: Path, workers: int | None) -> list[str]:
    """What grades: ours with so many workers, or stock."""
    if workers is None:
        return [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    return [sys.executable, "-m", "nbjudge.cli", "autograde", LESSON, "--workers", str(workers), "--quiet"]


def measure(who: str, root: Path, workers: int | None, count: int, *options: str) -> Run:
    """Run one command. How it ends says nothing: stock gives up whole submissions, and ours leaves some to people."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*commands(root, workers), *options], cwd=root, capture_output=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(who, count, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def graded(root: Path) -> int:
    return len(list(root.glob(f"autograded/*/{LESSON}/*.ipynb")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=60, help="submissions (60)")
    parser.add_argument("--output", type=Path, help="a file for the numbers, as JSON")
    arguments = parser.parse_args()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as scratch:
        for who, workers in (("stock", None), ("one worker", 1), ("two workers", 2)):
            root = course_directory(Path(scratch) / who.replace(" ", "_"), "stock" if workers is None else "ours", 0)
            if workers:  # all lessons: what is known of mistakes is true of a course with just these exercises
                shutil.copytree(ROOT / "source", root / "source", dirs_exist_ok=True)
                shutil.copytree(ROOT / "tests/mistakes", root / "tests/mistakes")
            kinds = Counter(_hand_in(root, arguments.count))
            runs.append(measure(f"{who}, one submission", root, workers, 1, "--student", "student_000"))
            runs.append(measure(who, root, workers, arguments.count - 1))
            console.print(f"{who}: {graded(root)} of {arguments.count} graded ({dict(kinds)})")
    _report(runs, arguments.output)


def _hand_in(root: Path, count: int) -> Iterator[str]:
    for number, (kind, notebook) in enumerate(class_of(Lesson(Course(ROOT), LESSON, root / "release"), count)):
        hand_in(notebook, root, f"student_{number:03}", LESSON)
        yield kind


def _report(runs: list[Run], output: Path | None) -> None:
    table = Table("who", "submissions", "wall", "CPU", "wall each", title="Seconds of whole commands")
    each = {}
    for start, run in zip(runs[::2], runs[1::2], strict=True):
        each[run.who] = max(run.wall - start.wall, 0.0) / max(run.submissions - 1, 1)
        table.add_row(start.who, "1", f"{start.wall:.1f}", f"{start.cpu:.1f}", "")
        table.add_row(run.who, str(run.submissions), f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{each[run.who]:.2f}")
    console.print(table)
    whole = {run.who: run.wall for run in runs[1::2]}
    ratios = {
        "stock / one worker": whole["stock"] / whole["one worker"],
        "stock / two workers": whole["stock"] / whole["two workers"],
        "one worker / two workers": whole["one worker"] / whole["two workers"],
    }
    console.print("; ".join(f"{name} {ratio:.1f}" for name, ratio in ratios.items()))
    if output is not None:
        output.write_text(json.dumps({"ratios": ratios, "runs": [asdict(run) for run in runs]}, indent=2))


if __name__ == "__main__":
    main()
