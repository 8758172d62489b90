"""Validate, as a learner presses it: a lesson that trains is validated in seconds, with the weights that were saved."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LESSON = "11_transformer"


@pytest.fixture
def solved(tmp_path):
    """The lesson as a learner who has solved it: without the hidden lines, and with nothing done that has no points."""
    notebook = nbformat.read(ROOT / "source" / LESSON / f"{LESSON}.ipynb", as_version=4)
    released = nbformat.read(ROOT / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell, given in zip(notebook.cells, released.cells, strict=True):
        cell.source = cell.source.partition("### BEGIN HIDDEN TESTS")[0]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "fit":
            cell.source = given.source
    nbformat.write(notebook, tmp_path / f"{LESSON}.ipynb")
    return tmp_path


def validate(folder: Path) -> str:
    command = [sys.executable, "-m", "nbgrader", "validate", f"{LESSON}.ipynb"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_the_saved_weights_are_validated_and_stay_as_they_are(solved):
    weights = solved / "dates.safetensors"
    shutil.copy(ROOT / "tests" / "artifacts" / "train" / weights.name, weights)
    before = weights.read_bytes()
    assert "Success" in validate(solved)
    assert weights.read_bytes() == before


def test_without_weights_nothing_is_trained_and_the_failure_asks_for_them(solved):
    said = validate(solved)
    assert "VALIDATION FAILED ON 1 CELL" in said and "did the training run" in said
    assert not (solved / "dates.safetensors").exists()
