"""Feedback pages in parallel: nbgrader's own command, with a process for each student's pages.

A page is made of the gradebook and of `autograded/` alone, so the processes of this machine are enough. Each is forked
from one that has imported all that they need.
"""

from __future__ import annotations

import io
import os
import re
import time
import warnings
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
from nbgrader.converters import GenerateFeedback, NbGraderException
from nbgrader.utils import remove, rmtree
from rich.console import Console
from sqlalchemy.exc import SAWarning

from nbjudge.autograde.reach import open_once
from nbjudge.autograde.refuse import refuse
from nbjudge.errors import CourseError
from nbjudge.parallel.command import above_bar, name_lesson, stoppable, with_log_level
from nbjudge.parallel.forks import Died, in_processes
from nbjudge.parallel.progress import bar, duration


@dataclass
class Pages:
    """What became of the pages of a lesson, by student."""

    made: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    before: int = 0  # were made already, and are as they were
    to_do: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def unfinished(self) -> int:
        return self.to_do - len(self.made) - len(self.failed) - self.before

    @property
    def complete(self) -> bool:
        return not (self.failed or self.unfinished)

    def in_words(self) -> str:
        parts = [f"feedback for {len(self.made)} made in {duration(time.monotonic() - self.began)}"]
        if self.before:
            parts.append(f"for {self.before} made before")
        if self.unfinished:
            parts.append(f"for {self.unfinished} not made yet; the same command goes on with them")
        if self.failed:
            parts.append(f"for {len(self.failed)} failed, as said above")
        return "; ".join(parts) + "."


@dataclass
class _Made:
    """What a process tells of a student's pages."""

    said: str
    wanted: bool  # and not passed over, as it was made before
    failed: bool


class ParallelFeedback(GenerateFeedback):
    """nbgrader's converter, which goes on in many processes where it comes to the students."""

    def __init__(self, workers: int, console: Console, quiet: bool, **keywords: Any):
        super().__init__(**keywords)
        self.pages = Pages()
        self._workers, self._console, self._quiet = workers, console, quiet
        self._wanted = False

    def convert_notebooks(self) -> None:
        """Called by nbgrader, which would make one student's pages after another's."""
        everything = dict(self.assignments)
        self.pages.to_do = len(everything)

        def make(folder: str) -> _Made:
            return self._make(folder, everything[folder])

        with bar(self._console, self._quiet, by_itself=False) as progress, stoppable() as stopped:
            task = progress.add_task(self.coursedir.assignment_id, total=len(everything), trouble="")
            for folder, made in in_processes(make, sorted(everything), self._workers, stopped):
                with above_bar(self.log):
                    self._note(folder, everything[folder], made)
                failed = f"{len(self.pages.failed)} failed" * bool(self.pages.failed)
                progress.update(task, advance=1, trouble=failed, refresh=True)

    def _make(self, folder: str, notebooks: list[str]) -> _Made:
        """In a process of its own: have nbgrader do what it does for a student."""
        self.assignments = {folder: notebooks}
        failed, said = False, io.StringIO()
        with redirect_stdout(said), redirect_stderr(said), above_bar(self.log):
            try:
                super().convert_notebooks()
            except NbGraderException:  # the log has said why
                failed = True
        return _Made(said.getvalue(), self._wanted, failed)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        self._wanted = super().init_destination(assignment_id, student_id)
        return self._wanted

    def _note(self, folder: str, notebooks: list[str], made: _Made | Died) -> None:
        student = self._student(folder)
        if isinstance(made, Died):
            self.log.critical("%s: whoever made the feedback %s", student, made.how)
            self._remove(student, notebooks)
            self.pages.failed.append(student)
            return
        self._console.print(made.said, end="", markup=False, highlight=False, soft_wrap=True)
        if made.failed:
            self.log.critical("%s: the feedback could not be made", student)
            self.pages.failed.append(student)
        elif made.wanted:
            self.pages.made.append(student)
        else:
            self.pages.before += 1

    def _student(self, folder: str) -> str:
        match = re.match(self._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True), folder, re.DOTALL)
        assert match  # nbgrader has found the folder so
        return match["student"]

    def _remove(self, student: str, notebooks: list[str]) -> None:
        """Remove what stands half finished, as nbgrader does after a failure: it would be passed over the next time."""
        folder = Path(self._format_dest(self.coursedir.assignment_id, student))
        if self.coursedir.notebook_id == "*":
            if folder.exists():
                rmtree(str(folder))
            return
        for page in (folder / f"{Path(notebook).stem}.html" for notebook in notebooks):
            if page.exists():
                remove(str(page))


class FeedbackApplication(GenerateFeedbackApp):
    """`nbgrader generate_feedback`, but for the converter: the same options, the same configuration."""

    def start(self) -> None:
        """Find out whose pages are to be made; `make` makes them."""
        super(GenerateFeedbackApp, self).start()
        name_lesson(self)

    def make(self, workers: int | None, console: Console, quiet: bool) -> Pages:
        """Raises `NbGraderException` where no page can be made."""
        try:
            open_once(self.coursedir.db_url)  # so that the processes only read
        except CourseError as error:
            refuse(self.log, str(error))
        count = workers or len(os.sched_getaffinity(0))
        converter = ParallelFeedback(count, console, quiet, coursedir=self.coursedir, parent=self)
        converter.start()
        return converter.pages


def feedback(arguments: Sequence[str], workers: int | None, console: Console, quiet: bool = False) -> Pages:
    """Make the feedback pages of a lesson, as `nbgrader generate_feedback` would with these arguments.

    By default, one worker for each core. Raises `WrongCall`, and `NbGraderException`, whose reason is in the log, where
    nothing can be made.
    """
    application = FeedbackApplication.instance()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            application.initialize(with_log_level(arguments, quiet))
            application.start()
            pages: Pages = application.make(workers, console, quiet)
            return pages
    finally:
        FeedbackApplication.clear_instance()
