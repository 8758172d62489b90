"""How far a learner is: a small file beside the lessons, which every `check(...)` that judged keeps up to date."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from attnkit._lessons import LESSONS, Lesson

FILE = "progress.json"
FULL, PARTIAL, OPEN = "full marks", "partly right", "not begun"


@dataclass
class Progress:
    """Points, and the most there are, of each exercise that was judged; `course` is where its checks are."""

    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    course: str = ""

    def of(self, lesson: Lesson) -> str:
        """How far a lesson is: `FULL`, `PARTIAL` or `OPEN`."""
        found = [self.points.get(name) for name in lesson.exercises]
        if all(one is not None and one[0] >= one[1] for one in found):
            return FULL
        return PARTIAL if any(one is not None for one in found) else OPEN


def folder(start: Path | None = None) -> Path:
    """The folder that holds the lessons: the one above the lesson that is open, unless a file stands elsewhere."""
    start = (start or Path.cwd()).resolve()
    for place in (start, start.parent):
        if (place / FILE).is_file():
            return place
    numbers = tuple(f"{lesson.number}_" for lesson in LESSONS)
    return start.parent if start.name.startswith(numbers) else start


def read(place: Path) -> Progress:
    """What the file in `place` says; nothing where it is missing, or is none of ours."""
    try:
        kept = json.loads((place / FILE).read_text(encoding="utf-8"))
        points = {str(name): (float(got), float(most)) for name, (got, most) in kept["points"].items()}
        return Progress(points, str(kept["course"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Progress()


def write(place: Path, progress: Progress) -> None:
    """Keep it; where nothing can be written, nothing is kept."""
    text = json.dumps({"course": progress.course, "points": progress.points}, indent=1)
    part = place / f".{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, place / FILE)


def note(exercise: str, score: float, most: float) -> None:
    """Keep what `exercise` got the last time it was judged."""
    place = folder()
    progress = read(place)
    if progress.points.get(exercise) != (score, most):
        progress.points[exercise] = score, most
        write(place, progress)
