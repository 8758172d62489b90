"""The course that is attacked, made once and copied; and the table in the terminal's summary."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from . import table
from .canaries import Canaries
from .course import AttackedCourse, adopt_orphans

ROWS = "attack rows"


@pytest.fixture(autouse=True)
def no_orphans_of_others() -> Iterator[None]:
    """Other tests, in the same process, have orphans that somebody else is to bury."""
    yield
    adopt_orphans(False)


@pytest.fixture(scope="session")
def new_course(tmp_path_factory: pytest.TempPathFactory):
    """Makes a fresh course with canaries of its own. nbgrader's slow generation of the release happens once."""
    made: list[AttackedCourse] = []

    def new() -> AttackedCourse:
        place = tmp_path_factory.mktemp("attacked")
        course = AttackedCourse(place / "course", Canaries(place / "outside", place / "course"))
        if made:
            _copy(made[0], course)
        else:
            course.root.mkdir()
            course.make()
        made.append(course)
        return course

    yield new
    for course in made:
        course.canaries.close()
        course.remove()


def _copy(first: AttackedCourse, course: AttackedCourse) -> None:
    """The course without its submissions; its secrets are new."""
    names = ("nbgrader_config.py", "gradebook.db", "source", "release", "tests", "given_package")
    course.root.mkdir()
    for name in names:
        source = first.pristine / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, course.root / name)
    for name, value in first.canaries.values.items():
        for path in (p for p in course.root.rglob("*") if p.suffix in (".py", ".ipynb")):
            path.write_text(path.read_text().replace(value, course.canaries.values[name]))


def pytest_terminal_summary(terminalreporter) -> None:
    reports = [r for found in terminalreporter.stats.values() for r in found if isinstance(r, pytest.TestReport)]
    noted = [(key, value) for report in reports if report.when == "call" for key, value in report.user_properties]
    rows = [row for key, value in noted if key == ROWS for row in value]
    stock = {name: seen for key, value in noted if key == "stock" for name, seen in value.items()}
    if rows:
        terminalreporter.section("hostile submissions")
        for line in table.lines([{**row, "stock": stock.get(row["name"], "")} for row in rows]):
            terminalreporter.write_line(line)
