"""`make bench`: the same submissions graded by stock nbgrader, by this course, and by the floor, in one run.

Prints a table of medians and ratios, and writes results.json. Nothing asserts on absolute times.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import nbformat
import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "demo"))
sys.path.insert(0, str(ROOT / "benchmarks"))

from nbjudge import Course  # noqa: E402
from stock import inline_checks  # noqa: E402
from submissions import Lesson, hand_in  # noqa: E402

LESSON = "01_scaled_dot_product_attention"
console = Console()


@dataclass
class Run:
    """One batch, in seconds: the whole command, and the median of its submissions after the first one.

    The first submission also pays for imports, and for the warm parent.
    """

    who: str
    submissions: int
    wall: float
    cpu: float
    whole_wall: float
    whole_cpu: float


def course_directory(scratch: Path, who: str, count: int) -> Path:
    """A course with `count` right submissions of one lesson, ready to be graded."""
    root = scratch / who
    (root / "source" / LESSON).mkdir(parents=True)
    shutil.copytree(ROOT / "tests/checks", root / "tests/checks")
    source = nbformat.read(ROOT / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    if who == "stock":
        source = inline_checks(source, Course(ROOT), ROOT / "tests/checks")
        theirs = ("c = get_config()", "c.CourseDirectory.", "c.ClearSolutions.")  # what is nbgrader's own of it
        config = "\n".join(line for line in config.splitlines() if line.startswith(theirs))
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    nbformat.write(source, root / "source" / LESSON / f"{LESSON}.ipynb")
    with nbgrader(root, "generate_assignment", LESSON) as process:
        finish(process, process.stderr.read())
    lesson = Lesson(Course(ROOT), LESSON, root / "release")
    for number in range(count):
        hand_in(lesson.notebook(lesson.right()), root, f"student_{number:03}", LESSON)
    return root


def nbgrader(root: Path, *arguments: str) -> subprocess.Popen:
    """Start a command of nbgrader; its log is read from `stderr`, line by line."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True, env=environment)


def finish(process: subprocess.Popen, log: str) -> None:
    """Wait for a command of nbgrader; end with its log where it failed."""
    if process.wait():
        sys.exit(f"{' '.join(process.args[2:])} failed:\n{log[-3000:]}")


def measure(who: str, root: Path, count: int) -> Run:
    """Grade a batch, and note at the start of every submission how much time went by, and how much was worked."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    log, times, works = [], [], []
    with nbgrader(root, "autograde", LESSON) as process:
        for line in process.stderr:
            log.append(line)
            if " Sanitizing " in line:
                times.append(time.perf_counter())
                works.append(worked(psutil.Process(process.pid)))
        finish(process, "".join(log))
    whole, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if len(times) != count:
        sys.exit(f"{who}: {len(times)} of {count} submissions were graded:\n{''.join(log)[-3000:]}")
    _check_scores(root, who)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(who, count, _median_step(times), _median_step(works), whole, cpu)


def worked(process: psutil.Process) -> float:
    """CPU seconds of a process, of all that descend from it, and of those of them that have ended."""
    total = 0.0
    for member in (process, *process.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(member.cpu_times()[:4])  # user, system, and both of the children that were waited for
    return total


def _median_step(values: list[float]) -> float:
    return statistics.median(b - a for a, b in itertools.pairwise(values[1:]))


def _check_scores(root: Path, who: str) -> None:
    """A fast grader that gives other scores would be worth nothing."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        scores = {submission.score / submission.max_score for submission in gradebook.assignment_submissions(LESSON)}
    if scores != {1.0}:
        sys.exit(f"{who} gave {scores} where every submission is right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("counts", nargs="*", type=at_least(3), default=[20, 100], help="submissions (20 100)")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results.json")
    arguments = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory() as scratch, Progress(console=console) as progress:
        task = progress.add_task("grading", total=2 * len(arguments.counts) + 1)
        for count in arguments.counts:
            for who in ("stock", "ours"):
                progress.update(task, description=f"{who}, {count} submissions")
                runs.append(measure(who, course_directory(Path(scratch) / str(count), who, count), count))
                progress.advance(task)
        progress.update(task, description="floor")
        runs.append(_floor())
        progress.advance(task)
    _report(runs, arguments)


def at_least(fewest: int) -> Callable[[str], int]:
    """How argparse reads a number of submissions: fewer would give no median."""

    def read(text: str) -> int:
        if (count := int(text)) < fewest:
            raise argparse.ArgumentTypeError(f"at least {fewest} submissions are wanted")
        return count

    return read


def _floor() -> Run:
    """The same cells and checks in one warm process: what would be left without kernel, sandbox and nbgrader."""
    command = [sys.executable, str(ROOT / "benchmarks/floor.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Run(who="floor", **json.loads(done.stdout))


def _report(runs: list[Run], arguments: argparse.Namespace) -> None:
    table = Table(title="Seconds: the median of submissions, and the whole command")
    for name in ("who", "submissions", "wall each", "CPU each", "whole wall", "whole CPU"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for run in runs:
        numbers = (f"{value:.3f}" for value in (run.wall, run.cpu, run.whole_wall, run.whole_cpu))
        table.add_row(run.who, str(run.submissions), *numbers)
    console.print(table)
    ratios = {count: _ratios(runs, count) for count in arguments.counts}
    for count, found in ratios.items():
        console.print(f"stock / ours, {count} submissions: " + ", ".join(f"{k} {v:.1f}" for k, v in found.items()))
    largest = ratios[max(arguments.counts)]
    document = {"when": datetime.now().isoformat(), "ratios": largest, "runs": [asdict(run) for run in runs]}
    arguments.output.write_text(json.dumps(document, indent=2), encoding="utf-8")
    console.print(f"written to {arguments.output}", markup=False, soft_wrap=True)


def _ratios(runs: list[Run], count: int) -> dict[str, float]:
    stock, ours = (next(r for r in runs if r.who == who and r.submissions == count) for who in ("stock", "ours"))
    return {name: getattr(stock, name) / getattr(ours, name) for name in ("wall", "cpu", "whole_wall", "whole_cpu")}


if __name__ == "__main__":
    main()
