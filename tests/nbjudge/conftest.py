"""The toy course, released once and copied for every test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from toy import ToyCourse


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course after `nbgrader generate_assignment`, which is slow to start."""
    root = tmp_path_factory.mktemp("released")
    ToyCourse(root).make()
    return root


@pytest.fixture
def toy(tmp_path: Path, released: Path) -> ToyCourse:
    """A copy of the course, of its own for every test."""
    return ToyCourse(shutil.copytree(released, tmp_path / "course"))
