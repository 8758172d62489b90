"""What grading takes at sizes that no one machine has: a model, its numbers measured here, and tried here.

Two commands of `nbjudge autograde` with one worker, for 1 and for N right submissions, give its numbers. It then says what
2 N take with one worker and with two, which is compared with what they took; and what 100,000 submissions take on 200
workers, and which of its parts is the first that has no time left. Two commands of `nbgrader autograde` in the same course
tell how much of the driver's work is nbgrader's own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table
from run import LESSON, at_least, course_directory, worked

console = Console()
_GLANCE_SECONDS = 0.05
_LINK = 1e9 / 8  # bytes a second, of a network of 1 Gbit/s
MANY, WORKERS = 100_000, 200


@dataclass
class Seen:
    """One command: seconds of a clock, CPU seconds of the driver's own process, and of all others."""

    submissions: int
    workers: int  # 0: nbgrader's own command, which has none
    wall: float
    driver: float
    others: float


@dataclass
class Model:
    """Seconds and bytes. A submission takes a worker's time, and then the driver's, of which there is one.

    The driver hands out submissions ahead, so that neither waits for the other but where one has no time left: the time
    of a class is that of whoever has most to do. Where all share one machine, its cores are one more such party.
    """

    start: float  # until the first submission is graded
    worker: float  # of a clock, for a submission at one worker
    worker_cpu: float
    driver: float  # CPU, for a submission: reads and sends it, and writes files and gradebook
    sent: float  # bytes to and from workers, for a submission

    def parties(self, submissions: int, workers: int, drivers: int, cores: int | None) -> dict[str, float]:
        """How long each has to do."""
        found = {
            "workers": submissions * self.worker / workers,
            "driver": submissions * self.driver / drivers,
            "network": submissions * self.sent / _LINK,
        }
        if cores is not None:
            found["cores"] = submissions * (self.worker_cpu + self.driver) / cores
        return found

    def seconds(self, submissions: int, workers: int, drivers: int = 1, cores: int | None = None) -> float:
        """What a class takes; with `cores`, on one machine of so many."""
        return self.start + max(self.parties(submissions, workers, drivers, cores).values())


def grade(scratch: Path, submissions: int, workers: int) -> Seen:
    """Grade a new class of so many right submissions."""
    root = course_directory(scratch / f"{submissions}_by_{workers}", "ours", submissions)
    ours = ["nbjudge.cli", "autograde", LESSON, "--workers", str(workers), "--quiet"]
    command = [sys.executable, "-m", *(ours if workers else ["nbgrader", "autograde", LESSON, "--quiet"])]
    began, driver, everything = time.perf_counter(), 0.0, 0.0
    with subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        seen = psutil.Process(process.pid)
        while process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                driver, everything = sum(seen.cpu_times()[:2]), max(everything, worked(seen))
            time.sleep(_GLANCE_SECONDS)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Seen(submissions, workers, time.perf_counter() - began, driver, everything - driver)


def each(one: Seen, few: Seen, what: str) -> float:
    """What a submission takes more, of two commands."""
    return (getattr(few, what) - getattr(one, what)) / (few.submissions - one.submissions)


def model_of(one: Seen, few: Seen, sent: float) -> Model:
    """The model's numbers, of two commands with one worker."""
    worker, cpu, driver = (each(one, few, what) for what in ("wall", "others", "driver"))
    return Model(one.wall - worker, worker, cpu, driver, sent)


def bytes_of(root: Path) -> float:
    """What a submission is, as it goes to a worker and as it comes back."""
    files = [path for place in ("submitted", "autograded") for path in (root / place).rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / len(list((root / "submitted").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("count", nargs="?", type=at_least(3), default=20, help="N, submissions (20)")
    parser.add_argument("--output", type=Path, help="a file for the numbers, as JSON")
    arguments = parser.parse_args()
    count, cores = arguments.count, psutil.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, console.status("grading"):
        scratch = Path(folder)
        one, few = grade(scratch, 1, 1), grade(scratch, count, 1)
        model = model_of(one, few, bytes_of(scratch / f"{count}_by_1" / "ours"))
        nbgraders = each(grade(scratch, 1, 0), grade(scratch, count, 0), "driver")
        tried = [grade(scratch, 2 * count, workers) for workers in (1, 2)]
    foretold = [model.seconds(one.submissions, one.workers, cores=cores) for one in tried]
    _show_tried(tried, foretold)
    _show_many(model)
    console.print(
        f"nbgrader's own command does {nbgraders * 1e3:.0f} ms of that in the driver's place: the workers add "
        f"{(model.driver - nbgraders) * 1e3:.0f} ms to it."
    )
    if arguments.output is not None:
        seen = [{**asdict(one), "foretold": wall} for one, wall in zip(tried, foretold, strict=True)]
        document = {"model": asdict(model), "nbgraders": nbgraders, "tried": seen}
        arguments.output.write_text(json.dumps(document, indent=2))


def _show_tried(tried: list[Seen], foretold: list[float]) -> None:
    table = Table("submissions", "workers", "foretold", "seen", "seen / foretold", title="Seconds of whole commands")
    for one, wall in zip(tried, foretold, strict=True):
        numbers = (f"{wall:.1f}", f"{one.wall:.1f}", f"{one.wall / wall:.2f}")
        table.add_row(str(one.submissions), str(one.workers), *numbers)
    console.print(table)


def _show_many(model: Model) -> None:
    table = Table("drivers", "minutes", "busiest", "workers have to do", title=f"{MANY:,} on {WORKERS} workers")
    for drivers in (1, 4, 16, 64):
        parties = model.parties(MANY, WORKERS, drivers, None)
        minutes, busiest = model.seconds(MANY, WORKERS, drivers) / 60, max(parties, key=lambda name: parties[name])
        share = parties["workers"] / max(parties.values())
        table.add_row(str(drivers), f"{minutes:.1f}", busiest, f"{share:.0%} of the time")
    console.print(table)
    console.print(
        f"A submission takes {model.worker * 1e3:.0f} ms of a worker, {model.driver * 1e3:.0f} ms of the driver, "
        f"{model.sent / 1024:.0f} KiB of the network. One driver keeps {model.worker / model.driver:.0f} workers busy."
    )


if __name__ == "__main__":
    main()
