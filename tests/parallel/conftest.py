"""The course, released once and copied for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from .school import School


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The course after `nbgrader generate_assignment`, before anybody has handed in."""
    school = School(tmp_path_factory.mktemp("released") / "course")
    school.make()
    return school


@pytest.fixture
def school(tmp_path: Path, released: School) -> School:
    return released.copy(tmp_path / "course")
