"""What whoever waits sees: how many are done, how many are left to a person, how fast it goes, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


@dataclass
class Tally:
    """What became of a class, by who handed in."""

    graded: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)  # of those that were graded: to a person, by the judge
    failed: list[str] = field(default_factory=list)
    before: int = 0  # were graded already, and are as they were
    absent: list[str] = field(default_factory=list)  # handed in no notebook at all
    to_do: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def unfinished(self) -> int:
        return self.to_do - len(self.graded) - len(self.failed)

    @property
    def complete(self) -> bool:
        """Whether all that was handed in has its scores."""
        return not (self.left or self.failed or self.absent or self.unfinished)

    def in_words(self) -> str:
        seconds = time.monotonic() - self.began
        parts = [f"{len(self.graded)} graded in {duration(seconds)}"]
        if self.graded:
            parts[0] += f" ({seconds / len(self.graded):.2f} s each)"
        for count, what in (
            (self.before, "graded before"),
            (self.unfinished, "not graded yet; the same command goes on with them"),
        ):
            if count:
                parts.append(f"{count} {what}")
        for names, what in (
            (self.left, "left to a person"),
            (self.absent, "without a notebook, left to a person"),
            (self.failed, "failed, as said above"),
        ):
            if names:
                parts.append(f"{len(names)} {what}: {_some(names)}")
        return "; ".join(parts) + "."


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f} / s" if task.speed else "", style="dim")


@contextmanager
def bar(console: Console, quiet: bool, by_itself: bool = True) -> Iterator[Progress]:
    """A bar for a terminal; elsewhere, and where it is to be quiet, there is none. `by_itself`, it has a thread."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[trouble]}", style="yellow"),
        _Rate(),
        TimeRemainingColumn(),
    )
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden, auto_refresh=by_itself) as progress:
        yield progress


def trouble(tally: Tally) -> str:
    """What stands beside the bar."""
    parts = [(len(tally.left), "for a person"), (len(tally.failed), "failed")]
    return ", ".join(f"{count} {what}" for count, what in parts if count)


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{int(seconds) // 60} min {int(seconds) % 60} s"
