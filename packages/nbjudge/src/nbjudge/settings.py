"""What an instructor can set, as traits of one class: `c.NBJudge.<name> = …` in nbgrader_config.py."""

from __future__ import annotations

from pathlib import Path

from traitlets import Bool, Enum, Float, Instance, Integer, List, Unicode
from traitlets.config import Config, Configurable
from traitlets.config.loader import PyFileConfigLoader

from nbjudge.errors import CourseError
from nbjudge.given import Cover
from nbjudge.limits import Limits
from nbjudge.words import GIB, MIB

CONFIG_FILE = "nbgrader_config.py"


class NBJudge(Configurable):
    """Settings of the judge. Directories are relative to the course directory."""

    checks = Unicode("tests/checks", help="Directory of the hidden checks, test_<exercise>.py each.").tag(config=True)
    mistakes = Unicode("tests/mistakes", help="Directory of known mistakes, <exercise>/<name>.py.").tag(config=True)
    alternatives = Unicode(
        "tests/alternatives", help="Directory of right solutions in other styles, <exercise>/<name>.py."
    ).tag(config=True)
    artifacts = Unicode(
        "tests/artifacts", help="Directory of what reference solutions hand in beside their code, <exercise>/."
    ).tag(config=True)
    given = Unicode(
        "", help="Module whose names replace a learner's earlier exercises while a later one is judged."
    ).tag(config=True)
    preload = List(
        Unicode(),
        help="Modules that notebooks of the course import: imported once, not for every submission.",
    ).tag(config=True)
    plain_tests = Enum(
        ["score", "person"],
        "score",
        help="Grading cells without judge(...): scored as nbgrader scores them, or left to a person.",
    ).tag(config=True)
    configured = Bool(False, help="Set by nbjudge.configure.").tag(config=True)
    refused = List(Unicode(), help="Set by nbjudge.configure: what it found in its way.").tag(config=True)
    covers = List(Instance(Cover), help="Set by the grader: what kernels see of modules, in the place of their files.")
    kernel_modules = List(Unicode(), help="Set by the grader: what kernels find imported already.")
    hidden_parts = List(Unicode(), help="Set by the grader: names of the given module that kernels begin without.")
    hidden_delimiters = List(
        Unicode(), ["BEGIN HIDDEN TESTS", "END HIDDEN TESTS"], help="As nbgrader's ClearHiddenTests has them."
    )
    sandbox = Enum(
        ["bubblewrap", "none"],
        "bubblewrap",
        help="How the learner's code is kept apart: in a bubblewrap sandbox, or, on your own risk, not at all.",
    ).tag(config=True)

    cell_seconds = Float(
        30,
        help="Longest time for one cell, and for judging one exercise, in seconds. What computes 50 times as long as the "
        "reference solution, and for more than 3 seconds, is interrupted before.",
    ).tag(config=True)
    check_seconds = Float(12, help="The same for one check, which may compute for 2 seconds in any case.").tag(
        config=True
    )
    submission_seconds = Float(300, help="Time for one notebook, in seconds.").tag(config=True)
    output_bytes = Integer(MIB, help="Output that is kept of one cell, in bytes.").tag(config=True)
    memory_bytes = Integer(Limits.memory_bytes, help="Memory of one kernel, in bytes.").tag(config=True)
    processes = Integer(Limits.processes, help="Processes and threads of one kernel.").tag(config=True)
    file_bytes = Integer(Limits.file_bytes, help="Largest file that a kernel may write, in bytes.").tag(config=True)
    grader_bytes = Integer(2 * GIB, help="Memory of the process that judges one notebook, in bytes.").tag(config=True)
    notebook_bytes = Integer(20 * MIB, help="Largest notebook file that is read, in bytes.").tag(config=True)

    @property
    def course_modules(self) -> tuple[str, ...]:
        """The course's own modules that are imported once, for all who are graded."""
        return (*([self.given] if self.given else []), *self.preload)

    @property
    def limits(self) -> Limits:
        """What one kernel may use."""
        return Limits(self.memory_bytes, self.processes, self.file_bytes)


def load(root: Path) -> Config:
    """The configuration of the course at `root`, read from its nbgrader_config.py."""
    return Config(PyFileConfigLoader(CONFIG_FILE, path=str(root)).load_config())


def find_root(start: Path | None = None) -> Path:
    """The course directory at or above `start`: the nearest one with an nbgrader_config.py.

    Raises `CourseError` where there is none.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_FILE).is_file():
            return folder
    raise CourseError(
        f"no {CONFIG_FILE} in {start} or above it; run this inside a course directory, "
        "or make one whose configuration calls nbjudge.configure(c)"
    )
