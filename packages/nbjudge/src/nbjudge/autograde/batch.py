"""One run of `nbgrader autograde`: which submissions there are, our own copies of them, and what was begun.

nbgrader takes a folder in autograded/ for a finished grading. A grading that was killed half-way would therefore
never be finished; a lock tells such folders from finished ones, and they are removed so that they are done again.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from nbjudge.autograde.directory import changed, texts
from nbjudge.autograde.handed_in import Copied, copy_folder, read_file
from nbjudge.autograde.language import foreign
from nbjudge.autograde.old_scores import UNFINISHED, forget_scores, missing, note_submission
from nbjudge.autograde.reach import patient_address, patiently
from nbjudge.autograde.refuse import refuse
from nbjudge.settings import NBJudge
from nbjudge.words import fit_to_print

with contextlib.suppress(ImportError):  # Windows has none, and grades nothing
    import fcntl

STATE = Path(".nbjudge")
_COPIES = "handed-in-"
_STALE_SECONDS = 60  # what is younger may be about to be locked
_TIMESTAMP = "timestamp.txt"
_UNSAFE = set("*?[]")  # nbgrader looks for notebooks by patterns made of folders' names
_held: dict[Path, int] = {}
"""Locks of this process, which grades one submission at a time. It may live on: the formgrader's does."""


@dataclass
class Submission:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    notebooks: list[str]  # that the assignment has, and that are to be graded now
    absent: list[str]  # that are to be graded now, and that the submission has not
    known: list[str]  # that the assignment has
    problem: str = ""  # why nothing of it can be graded
    folder: Path = Path()  # our copy
    date: str | None = None  # when it was handed in, as nbgrader writes it; blank where the file is
    dateless: bool = False  # whether what should say so is no date
    left: dict[str, str] = field(default_factory=dict[str, Any])  # files that were not taken, and why


class Batch:
    """Stands between nbgrader's converter and what was handed in.

    nbgrader is given other paths, of copies that are made when a submission's turn comes. Where no copy could be made,
    there is none: then nothing of the submission is read, and a person is told.
    """

    def __init__(self, converter: BaseConverter, settings: NBJudge, log: logging.Logger, over: Callable[[], None]):
        """`over` is called when the last submission is graded."""
        self._theirs: CourseDirectory = converter.coursedir
        self._settings, self._log, self._over = settings, log, over
        self.root = Path(self._theirs.root)
        self._creates_students: bool = converter.create_student
        (self.root / STATE).mkdir(exist_ok=True)
        self._copies = Path(tempfile.mkdtemp(prefix=_COPIES, dir=self.root / STATE))
        lock = _lock_folder(self._copies)
        # One for the batch: whoever opens another looks whether all tables are there.
        address = patient_address(self._theirs.db_url)
        self._gradebook = Gradebook(address, self._theirs.course_id)
        self._end = weakref.finalize(self, _close, self._gradebook, self._copies, lock)
        self.submissions: dict[tuple[str, str], Submission] = {}
        copies = str(self._copies.relative_to(self.root))
        # No learner's kernel may find the text of the lesson, solutions and all.
        ignore = [*self._theirs.ignore, *texts(self._theirs)]
        self.directory = changed(self._theirs, submitted_directory=copies, ignore=ignore, db_url=address)
        self._recover()
        self._hand_over(converter)

    def close(self) -> None:
        """No submission is graded any more."""
        _release()
        self._end()

    def of(self, path: Path) -> Submission:
        """The submission that a copy belongs to."""
        match = re.match(_pattern(self.directory, self.directory.submitted_directory), str(path.parent), re.DOTALL)
        if match is None:
            raise ValueError(f"{path} is no copy of a submission")
        return self.submissions[match["student"], match["assignment"]]

    @contextmanager
    def open_gradebook(self) -> Iterator[Gradebook]:
        """The gradebook as it is now; what is not committed at the end is given up."""
        try:
            yield self._gradebook
        finally:
            self._gradebook.db.rollback()

    @contextmanager
    def ahead(self, path: Path) -> Iterator[Submission]:
        """The submission that a copy belongs to, with another copy: its turn has not come, and nothing is noted."""
        with tempfile.TemporaryDirectory(prefix=".ahead-", dir=self._copies) as folder:
            submission = replace(self.of(path), folder=Path(folder) / "copy")
            self._take(submission)
            _stand_in(submission)
            yield submission

    def lock(self, path: Path) -> None:
        """Lock a submission before its turn, so that what is done to its old grading is known to be unfinished."""
        submission, directory = self.of(path), self._theirs
        _release()
        self._mark(
            Path(directory.format_path(directory.autograded_directory, submission.student, submission.assignment))
        )

    def unlock(self) -> None:
        """Give up what `lock` has locked: nothing was done to it."""
        _release()

    # -- what there is ---------------------------------------------------------------------------------------------

    def _hand_over(self, converter: BaseConverter) -> None:
        """Let nbgrader see our copies in the place of what was handed in."""
        directory = self._theirs
        wanted = directory.format_path(directory.submitted_directory, directory.student_id, directory.assignment_id)
        converter.assignments = {}
        for folder in sorted(glob.glob(wanted)):
            found = self._look(folder)
            if found is None or found.student in directory.student_id_exclude.split(","):
                continue
            self.submissions[found.student, found.assignment] = found
            copy = self.directory.format_path(self.directory.submitted_directory, found.student, found.assignment)
            found.folder = Path(copy)
            if found.notebooks:
                self._date(found)
                converter.assignments[copy] = [os.path.join(copy, f"{name}.ipynb") for name in found.notebooks]
            else:
                self._nothing_there(found)
        self._last = Path(max(converter.assignments, default=""))  # nbgrader takes them in this order
        converter.coursedir = self.directory
        # An instructor's own hooks are given paths of copies: these are there from before the one until after the other.
        converter.pre_convert_hook = _both(self._before, converter.pre_convert_hook)
        converter.post_convert_hook = _both(converter.post_convert_hook, self._after)

    def _look(self, folder: str) -> Submission | None:
        match = re.match(_pattern(self._theirs, self._theirs.submitted_directory), folder, re.DOTALL)
        if match is None:
            return None
        student, assignment = match["student"], match["assignment"]
        for name in (student, assignment):
            if not fit_to_print(name) or _UNSAFE & set(name):
                self._log.error(
                    "the folder %r is passed over: its name holds what is no plain text, or one of * ? [ ]; rename it, "
                    "and grade again",
                    folder,
                )
                return None
        with self.open_gradebook() as gradebook:
            try:
                notebooks = gradebook.find_assignment(assignment).notebooks
                known = {notebook.name: json.loads(notebook.kernelspec or "{}") for notebook in notebooks}
            except MissingEntry:
                refuse(self._log, f"{no_assignment(assignment)}\nNothing was graded.")
        wanted = [name for name in known if fnmatch.fnmatchcase(name, self._theirs.notebook_id)]
        for name in wanted:
            language = foreign(known[name])
            if language:
                refuse(
                    self._log,
                    f"{name}.ipynb of {assignment} is written in {language}, and nbjudge runs Python alone. Grade it "
                    f"in a course directory without nbjudge; notebooks beside it can be graded here by --notebook.\n"
                    f"Nothing was graded.",
                )
        graded = [name for name in wanted if os.path.lexists(os.path.join(folder, f"{name}.ipynb"))]
        return Submission(student, assignment, graded, [name for name in wanted if name not in graded], list(known))

    def _date(self, submission: Submission) -> None:
        """Put when it was handed in where nbgrader looks for it, to see whether this is newer than what was graded."""
        text = read_file(*self._place(submission), _TIMESTAMP, 200)
        if text is None:
            return
        try:
            date = text.decode().strip()
            if date:
                parse_utc(date)
        except (ValueError, OverflowError):  # it is no date: nbgrader would give up the submission
            submission.dateless = True
            return
        submission.date = date
        submission.folder.mkdir(parents=True, exist_ok=True)
        (submission.folder / _TIMESTAMP).write_text(date)

    def _place(self, submission: Submission) -> tuple[Path, tuple[str, ...]]:
        """Where a submission is: the directory of all, and the steps below it."""
        directory = self._theirs
        top = Path(os.path.normpath(directory.format_path(directory.submitted_directory, ".", ".")))
        place = directory.format_path(directory.submitted_directory, submission.student, submission.assignment)
        return top, Path(os.path.normpath(place)).relative_to(top).parts

    def _nothing_there(self, submission: Submission) -> None:
        """nbgrader passes over folders without a notebook, and lets their old scores stand; we do not."""
        for name in submission.absent:
            self._log.error("%s handed in no %s.ipynb; a person must look", submission.student, name)
        self._forget(submission, submission.absent)

    # -- hooks of nbgrader's, which swallow what they raise --------------------------------------------------------

    def _before(self, assignment: str, student: str, notebooks: list[str]) -> None:
        """Before a submission: lock it, take back its old scores, and copy it."""
        submission = self.of(Path(notebooks[0]))
        try:
            self._begin(submission)
        except Exception as error:
            self._log.exception("%s: the submission could not be taken over", submission.student)
            submission.problem = f"it could not be taken over ({type(error).__name__})"
        _stand_in(submission)

    def _begin(self, submission: Submission) -> None:
        _release()  # a grading that failed called no hook; nbgrader has removed its folder
        directory = self._theirs
        entry = submission.student, submission.assignment
        self._mark(Path(directory.format_path(directory.autograded_directory, *entry)))
        self._forget(submission, submission.notebooks + submission.absent)
        self._take(submission)
        for name, why in submission.left.items():
            self._log.warning("%s: %r was not taken: %s", submission.student, name, why)

    def _take(self, submission: Submission) -> None:
        """Copy what was handed in to the submission's folder."""
        shutil.rmtree(submission.folder, ignore_errors=True)
        try:
            copied = copy_folder(*self._place(submission), submission.folder, self._settings.file_bytes)
        except OSError as error:
            submission.problem = f"its folder is a link, or cannot be read ({error.strerror})"
            shutil.rmtree(submission.folder, ignore_errors=True)
            return
        _set_date(submission, copied)
        submission.left = copied.left

    def _after(self, assignment: str, student: str, notebooks: list[str]) -> None:
        """After a submission that was graded: it is finished."""
        _release()
        copy = Path(notebooks[0]).parent
        shutil.rmtree(copy, ignore_errors=True)
        if copy == self._last:
            self._over()

    def _forget(self, submission: Submission, notebooks: list[str]) -> None:
        """Take back old scores first of all: what nbgrader does next may fail, and it would let them stand."""
        patiently(lambda: self._forget_now(submission, notebooks))

    def _forget_now(self, submission: Submission, notebooks: list[str]) -> None:
        with self.open_gradebook() as gradebook:
            if self._creates_students:
                note_submission(gradebook, submission.student, submission.assignment)
            for name in notebooks:
                why = missing(name) if name in submission.absent else UNFINISHED
                forget_scores(gradebook, submission.student, submission.assignment, name, why)

    # -- what was begun and not finished ---------------------------------------------------------------------------

    def _mark(self, graded: Path) -> None:
        """Lock the submission, and note where its grading will stand."""
        folder = self.root / STATE / "grading"
        folder.mkdir(exist_ok=True)
        path = folder / hashlib.sha256(os.fsencode(graded)).hexdigest()[:24]
        try:
            fd = self._locked(path, graded)
        except OSError as error:
            self._log.warning("%s cannot be locked (%s); is it another's? Remove it when nobody grades", path, error)
            return
        _held[path] = fd
        os.ftruncate(fd, 0)
        os.write(fd, json.dumps(str(graded)).encode())

    def _locked(self, path: Path, graded: Path) -> int:
        """The file at `path`, opened and locked."""
        while True:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o660)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._log.warning("%s: another grader is at work on it; waiting", graded)
                fcntl.flock(fd, fcntl.LOCK_EX)
            if os.fstat(fd).st_nlink:
                return fd
            os.close(fd)  # that grader has removed it at its end, and the next one would not see our lock

    def _recover(self) -> None:
        """Remove the unfinished folders of graders that are gone, so that they are graded again."""
        for copies in (self.root / STATE).glob(f"{_COPIES}*"):
            if time.time() - copies.stat().st_mtime > _STALE_SECONDS:
                lock = _lock_folder(copies)
                if lock is not None:
                    shutil.rmtree(copies, ignore_errors=True)
                    os.close(lock)
        directory = self._theirs
        autograded = Path(os.path.normpath(directory.format_path(directory.autograded_directory, ".", ".")))
        for path in (self.root / STATE / "grading").glob("*"):
            try:
                with path.open("r+b") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    graded = Path(json.loads(file.read() or b'""'))
                    if graded.is_relative_to(autograded) and graded.is_dir() and not graded.is_symlink():
                        self._log.warning("%s was not finished, and will be graded again", graded)
                        shutil.rmtree(graded)
                    path.unlink()
            except (OSError, ValueError):
                continue  # its grader lives, or it is another's


def no_assignment(name: str) -> str:
    """Why a lesson that the gradebook does not know cannot be graded."""
    return f"there is no assignment {name!r} in the gradebook; run nbgrader generate_assignment {name} first"


def _release() -> None:
    """Give up what this process has locked: it is finished, or has failed."""
    while _held:
        path, fd = _held.popitem()
        path.unlink(missing_ok=True)
        os.close(fd)


def _close(gradebook: Gradebook, copies: Path, lock: int | None) -> None:
    gradebook.close()
    shutil.rmtree(copies, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def _stand_in(submission: Submission) -> None:
    """Let an empty file stand for each notebook that is not there: for what is missing, nbgrader would note zeros."""
    with contextlib.suppress(OSError):
        submission.folder.mkdir(parents=True, exist_ok=True)
        for name in submission.known:
            (submission.folder / f"{name}.ipynb").touch()


def _set_date(submission: Submission, copied: Copied) -> None:
    """Let the copy say the date that was read before, or none."""
    file = submission.folder / _TIMESTAMP
    if file.is_dir():
        shutil.rmtree(file)
    file.unlink(missing_ok=True)
    if submission.date is not None:
        file.write_text(submission.date)
    if submission.dateless:
        copied.leave(_TIMESTAMP, "it holds no date, so a person must say whether this was late")


def _lock_folder(folder: Path) -> int | None:
    """A lock on a folder that is nobody's: from now on it is ours, until the lock is closed; else None."""
    fd = None
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if fd is not None:
            os.close(fd)
        return None
    return fd


def _pattern(directory: CourseDirectory, step: str) -> str:
    return f"{directory.format_path(step, '(?P<student>.*)', '(?P<assignment>.*)', escape=True)}\\Z"


def _both(first: Callable[..., None] | None, second: Callable[..., None] | None) -> Callable[..., None]:
    """A hook that is both: an instructor's, and ours."""

    def hook(**keywords: object) -> None:
        try:
            if first is not None:
                first(**keywords)
        finally:
            if second is not None:
                second(**keywords)

    return hook
