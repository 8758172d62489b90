"""Whether the cost of a submission grows with the number that were graded before it.

Prints the medians of each quarter of a batch, and how the last quarter compares with the second one: in the first,
Python still loads what it will keep.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from run import LESSON, ROOT, at_least, course_directory, finish, nbgrader, worked

console = Console()
KINDS = ("wall", "cpu", "memory", "descriptors")


def measure(count: int) -> dict[str, list[float]]:
    """For every submission but the last: seconds, CPU seconds, the grader's memory in MiB, its open descriptors."""
    times, works, seen = [], [], {"memory": [], "descriptors": []}
    with tempfile.TemporaryDirectory() as scratch, Progress(console=console) as progress:
        root = course_directory(Path(scratch), "ours", count)
        task = progress.add_task("grading", total=count)
        with nbgrader(root, "autograde", LESSON) as process:
            grader, log = psutil.Process(process.pid), []
            for line in process.stderr:
                log.append(line)
                if " Sanitizing " in line:
                    times.append(time.perf_counter())
                    works.append(worked(grader))
                    seen["memory"].append(grader.memory_info().rss / 2**20)
                    seen["descriptors"].append(grader.num_fds())
                    progress.advance(task)
            finish(process, "".join(log))
    return {"wall": _steps(times), "cpu": _steps(works), **{kind: values[:-1] for kind, values in seen.items()}}


def _steps(values: list[float]) -> list[float]:
    return [b - a for a, b in itertools.pairwise(values)]


def quarters(values: list[float]) -> list[float]:
    """The median of each quarter."""
    size = len(values) // 4
    return [statistics.median(values[number * size : (number + 1) * size]) for number in range(4)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("count", nargs="?", type=at_least(9), default=500, help="submissions (500)")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/growth.json")
    arguments = parser.parse_args()
    found = {kind: quarters(values) for kind, values in measure(arguments.count).items()}
    table = Table(
        "of the grader", "1st quarter", "2nd", "3rd", "4th", "4th / 2nd", title=f"{arguments.count} submissions"
    )
    for kind in KINDS:
        table.add_row(kind, *(f"{value:.3f}" for value in found[kind]), f"{found[kind][3] / found[kind][1]:.2f}")
    console.print(table)
    arguments.output.write_text(json.dumps(found, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
