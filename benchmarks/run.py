"""`make bench`: the same submissions graded by stock nbgrader, by this course, and by the floor, in one run.

Prints a table of medians and ratios, and writes results.json. Nothing asserts on absolute times.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "demo"))
sys.path.insert(0, str(ROOT / "benchmarks"))

from nbjudge.course import Course  # noqa: E402
from stock import inline_checks  # noqa: E402
from submissions import Lesson, hand_in  # noqa: E402

LESSON = "01_scaled_dot_product_attention"
_STARTED = re.compile(r"^\[(\S+)\].*Sanitizing ")
console = Console()


@dataclass
class Run:
    """One batch: seconds per submission without the command's own start, which is given beside it."""

    who: str
    submissions: int
    wall: float
    cpu: float
    wall_median: float
    start: float


def course_directory(scratch: Path, who: str, count: int) -> Path:
    """A course with `count` right submissions of one lesson, ready to be graded."""
    root = scratch / who
    (root / "source" / LESSON).mkdir(parents=True)
    shutil.copytree(ROOT / "tests/checks", root / "tests/checks")
    source = nbformat.read(ROOT / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    if who == "stock":
        source = inline_checks(source, Course(ROOT), ROOT / "tests/checks")
        config = config.replace("nbjudge.configure(c)", "").replace("import nbjudge", "")
    # The log's own times tell how long every submission took.
    config += 'c.NbGrader.log_format = "[%(created)f] %(message)s"\n'
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    nbformat.write(source, root / "source" / LESSON / f"{LESSON}.ipynb")
    _nbgrader(root, "generate_assignment", LESSON)
    lesson = Lesson(Course(ROOT), LESSON, root / "release")
    for number in range(count):
        hand_in(lesson.notebook(lesson.right()), root, f"student_{number:03}", LESSON)
    return root


def _nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"nbgrader {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
    return done


def measure(who: str, root: Path, count: int) -> Run:
    """Grade the batch; the first submission, which pays for imports, is left out of the medians."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    done = _nbgrader(root, "autograde", LESSON)
    ended, after = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = [float(match[1]) for match in map(_STARTED.match, done.stderr.splitlines()) if match]
    if len(begun) != count:
        sys.exit(f"{who}: {len(begun)} of {count} submissions were graded:\n{done.stderr[-3000:]}")
    seconds = [b - a for a, b in zip(begun, [*begun[1:], ended], strict=True)]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    _check_scores(root, who)
    median = statistics.median(seconds[1:] or seconds)
    return Run(who, count, (ended - started) / count, cpu / count, median, begun[0] - started)


def _check_scores(root: Path, who: str) -> None:
    """A fast grader that gives other scores would be worth nothing."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        scores = {submission.score / submission.max_score for submission in gradebook.assignment_submissions(LESSON)}
    if scores != {1.0}:
        sys.exit(f"{who} gave {scores} where every submission is right")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("counts", nargs="*", type=int, default=[20, 100], help="submissions per batch (20 100)")
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


def _floor() -> Run:
    """The same cells and checks in one warm process: what would be left without kernel, sandbox and nbgrader."""
    command = [sys.executable, str(ROOT / "benchmarks/floor.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Run(who="floor", **json.loads(done.stdout))


def _report(runs: list[Run], arguments: argparse.Namespace) -> None:
    table = Table("who", "submissions", "wall s each", "CPU s each", "median wall s", "start s", title="Grading")
    for run in runs:
        numbers = (f"{value:.3f}" for value in (run.wall, run.cpu, run.wall_median, run.start))
        table.add_row(run.who, str(run.submissions), *numbers)
    console.print(table)
    largest = max(arguments.counts)
    stock, ours = (next(r for r in runs if r.who == who and r.submissions == largest) for who in ("stock", "ours"))
    ratios = {
        "wall": stock.wall / ours.wall,
        "cpu": stock.cpu / ours.cpu,
        "wall_median": stock.wall_median / ours.wall_median,
    }
    console.print(f"stock / ours, {largest} submissions: " + ", ".join(f"{k} {v:.1f}" for k, v in ratios.items()))
    document = {"when": datetime.now().isoformat(), "ratios": ratios, "runs": [asdict(run) for run in runs]}
    arguments.output.write_text(json.dumps(document, indent=2), encoding="utf-8")
    console.print(f"written to {arguments.output}", markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
