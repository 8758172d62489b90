"""nbgrader's own command for autograding, with a crew that has looked at each submission before it does."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from rich.console import Console
from sqlalchemy.exc import OperationalError, SAWarning

from nbjudge.autograde.batch import no_assignment
from nbjudge.autograde.config import EXPORTER
from nbjudge.autograde.directory import texts
from nbjudge.autograde.execute import RESULTS
from nbjudge.autograde.exporter import JudgedNotebookExporter, close_all
from nbjudge.autograde.job import job_of
from nbjudge.autograde.rebuild import frame_of
from nbjudge.autograde.refuse import refuse
from nbjudge.errors import CourseError, MachineError
from nbjudge.parallel.answers import AnsweredGrader, Answers
from nbjudge.parallel.bundle import Bundle, Lesson, files_beside, make_bundle
from nbjudge.parallel.command import above_bar, name_lesson, stoppable, with_log_level
from nbjudge.parallel.crew import Crew
from nbjudge.parallel.packing import files_below, pack
from nbjudge.parallel.progress import Tally, bar, trouble
from nbjudge.settings import NBJudge

MakeCrew = Callable[[logging.Logger, int], AbstractContextManager[Crew]]
"""Called with the log and the number of submissions."""


class ParallelExporter(JudgedNotebookExporter):
    """Asks a crew in the place of a grader."""

    def _new_grader(self, directory: CourseDirectory, settings: NBJudge) -> AnsweredGrader:
        self._job, self._directory = job_of(Path(directory.root), settings, directory, self.log), directory
        self._lesson = self._converter.lesson()
        self.graders = AnsweredGrader(lambda data: self._converter.crew.ask(data), self.log)
        return self.graders

    def bundle(self) -> Bundle:
        """What workers need of the course. Raises `CourseError` where there is no such thing."""
        return make_bundle(self._job, self._directory, self._lesson)

    @property
    def _converter(self) -> ParallelAutograde:
        assert isinstance(self.parent, ParallelAutograde)
        return self.parent

    def _last_is_graded(self) -> None:
        """Nothing: the last in nbgrader's order is not the last that comes."""

    def from_notebook_node(
        self, nb: Any, resources: dict[str, Any] | None = None, **keywords: Any
    ) -> tuple[Any, dict[str, Any]]:
        output, found = super().from_notebook_node(nb, resources, **keywords)
        submission = self.current.submission
        if submission.absent or any(result["reason"] for result in found.get(RESULTS, {}).values()):
            self._converter.note_left(submission.student)
        return output, found

    def pack_ahead(self, copy: str) -> bytes:
        """A submission on its way to a worker, before its turn."""
        with self._batch.ahead(Path(copy) / "any") as submission:
            about = {name: value for name, value in asdict(submission).items() if name != "folder"}
            return pack(about, files_below(submission.folder))

    def lock(self, copy: str) -> None:
        """From here on, what is done to the old grading of a submission is known to be unfinished."""
        self._batch.lock(Path(copy) / "any")

    def unlock(self) -> None:
        """Nothing was done to it."""
        self._batch.unlock()

    def student(self, copy: str) -> str:
        """Who handed this in."""
        return self._batch.of(Path(copy) / "any").student

    def notebooks(self, copy: str) -> list[str]:
        """Their names, as far as they are to be graded."""
        return self._batch.of(Path(copy) / "any").notebooks

    def without_notebook(self) -> list[str]:
        """Who handed in nothing that can be graded."""
        return sorted(one.student for one in self._batch.submissions.values() if not one.notebooks)


class ParallelAutograde(Autograde):
    """nbgrader's converter, which takes up the submissions as they come back from the crew."""

    def __init__(self, call_crew: Callable[[int], Crew], console: Console, quiet: bool, **keywords: Any):
        """`call_crew` is called when there is something to grade, once, with how many submissions that are."""
        super().__init__(**keywords)
        if self.config.Autograde.get("exporter_class") != EXPORTER:
            refuse(self.log, "this course does not grade by nbjudge, so nbjudge cannot grade it\nNothing was graded.")
        self.exporter_class = ParallelExporter
        self.tally = Tally()
        self._call_crew, self._console, self._quiet = call_crew, console, quiet
        self._left: set[str] = set()

    def lesson(self) -> Lesson:
        """The lesson, as the gradebook has it. Raises `CourseError` where it does not."""
        directory, name = self.coursedir, self.coursedir.assignment_id
        try:
            with Gradebook(directory.db_url, directory.course_id) as gradebook:
                notebooks = gradebook.find_assignment(name).notebooks
                frames = {notebook.name: frame_of(notebook, directory, name) for notebook in notebooks}
        except MissingEntry:
            raise CourseError(no_assignment(name)) from None
        ignore = [*directory.ignore, *texts(directory)]
        return Lesson(
            frames=frames,
            ignore=ignore,
            beside=files_beside(directory, ignore, self.exclude_overwriting.get(name, [])),
            executes=Execute(parent=self).enabled,
        )

    def note_left(self, student: str) -> None:
        """The judge has left something of this student's to a person."""
        self._left.add(student)

    @cached_property
    def crew(self) -> Crew:
        """Whoever grades: they know the course, and nothing keeps them from it."""
        waiting = self._console.status("calling the workers")
        with waiting if self._console.is_terminal and not self._quiet else contextlib.nullcontext():
            crew = self._call_crew(self.tally.to_do)
            try:
                crew.take(self.exporter.bundle())
            except CourseError as error:
                refuse(self.log, f"{error}\nNothing was graded.")
            obstacle = crew.obstacle()
        if obstacle:
            refuse(self.log, f"{obstacle}\nNothing was graded.")
        return crew

    def convert_notebooks(self) -> None:
        """Called by nbgrader, which would take one submission after another."""
        everything: dict[str, list[str]] = dict(self.assignments)
        to_do = [copy for copy in sorted(everything) if self._is_to_do(copy)]
        self.tally.to_do, self.tally.before = len(to_do), len(everything) - len(to_do)
        self.tally.absent = self.exporter.without_notebook()
        if to_do:
            self._convert_as_they_come(self.crew, to_do, everything)
        for copy in sorted(everything.keys() - set(to_do)):  # which nbgrader passes over, and says so
            self._convert_one(copy, everything[copy], Answers())

    def _convert_as_they_come(self, crew: Crew, to_do: list[str], everything: dict[str, list[str]]) -> None:
        with bar(self._console, self._quiet) as progress, above_bar(self.log), stoppable() as stopped:
            task = progress.add_task(self.coursedir.assignment_id, total=len(to_do), trouble="")
            try:
                for copy, answers in crew.graded(to_do, self.exporter.pack_ahead, stopped):
                    self._convert(copy, everything[copy], answers)
                    progress.update(task, advance=1, trouble=trouble(self.tally))
            except MachineError as error:  # what is done is done
                self.log.critical("%s", error)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Called by nbgrader, which may remove an old grading now; killed meanwhile, it would leave a part of it."""
        copy = self._format_source(assignment_id, student_id)
        if self._is_to_do(copy):
            self.exporter.lock(copy)
        wanted: bool = super().init_destination(assignment_id, student_id)
        if not wanted:
            self.exporter.unlock()
        return wanted

    def _convert(self, copy: str, notebooks: list[str], answers: Answers) -> None:
        student = self.exporter.student(copy)
        self._left = set()
        try:
            self._convert_one(copy, notebooks, answers)
        except NbGraderException as error:
            if isinstance(error.__context__, OperationalError):
                raise MachineError("the gradebook cannot be reached any more.") from error
            self.tally.failed.append(student)
        else:
            self.tally.graded.append(student)
            self.tally.left += sorted(self._left)

    def _convert_one(self, copy: str, notebooks: list[str], answers: Answers) -> None:
        """Have nbgrader do what it does with a submission."""
        self.exporter.graders.answers = answers
        self.assignments = {copy: notebooks}
        super().convert_notebooks()

    def _is_to_do(self, copy: str) -> bool:
        """Whether nbgrader will want to grade this, as `init_destination` decides it."""
        graded = Path(self._format_dest(self.coursedir.assignment_id, self.exporter.student(copy)))
        if self.force or not graded.exists():
            return True
        names = self.exporter.notebooks(copy) if self.coursedir.notebook_id != "*" else []
        if not all((graded / f"{name}.ipynb").exists() for name in names):
            return True
        handed_in, before = map(self.coursedir.get_existing_timestamp, (copy, str(graded)))
        return handed_in is not None and before is not None and handed_in > before


class ParallelApplication(AutogradeApp):
    """`nbgrader autograde`, but for the converter: the same options, the same configuration."""

    def start(self) -> None:
        """Find out what is to be graded, and by what; `grade` does it."""
        super(AutogradeApp, self).start()
        name_lesson(self)

    def grade(self, make_crew: MakeCrew, console: Console, quiet: bool) -> Tally:
        """Raises `NbGraderException` where nothing can be graded."""
        with contextlib.ExitStack() as stack:
            stack.callback(close_all)
            converter = ParallelAutograde(
                lambda submissions: stack.enter_context(make_crew(self.log, submissions)),
                console,
                quiet,
                coursedir=self.coursedir,
                parent=self,
            )
            converter.start()
            return converter.tally


def autograde(arguments: list[str], make_crew: MakeCrew, console: Console, quiet: bool = False) -> Tally:
    """Grade a lesson, as `nbgrader autograde` would with these arguments; returns what became of the class.

    Raises `WrongCall`, `MachineError` where there is nobody to grade, and `NbGraderException`, whose reason is in the
    log, where a class cannot be graded so.
    """
    application = ParallelApplication.instance()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's way of making entries, for every submission
            application.initialize(with_log_level(arguments, quiet))
            application.start()
            tally: Tally = application.grade(make_crew, console, quiet)
            return tally
    finally:
        ParallelApplication.clear_instance()
