"""What holds for the package as a whole."""

import importlib.metadata
import inspect
import subprocess
import sys

import attnkit
import pytest
from attnkit import parts


@pytest.mark.parametrize(("value", "expected"), [("autograde", True), ("validate", False), (None, False)])
def test_grading(monkeypatch, value, expected):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    if value:
        monkeypatch.setenv("NBGRADER_EXECUTION", value)
    assert attnkit.grading() is expected


def test_the_version_is_the_one_that_is_installed():
    assert attnkit.__version__ == importlib.metadata.version("attnkit")


def test_import_is_light():
    code = """
import sys, attnkit, attnkit.pictures
assert "torch" not in sys.modules, "torch"
import attnkit.parts, attnkit.training
assert "matplotlib" not in sys.modules, "matplotlib"
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", sorted(set(parts.__all__) - {"DoesNotFit", "give_back", "use"}))
def test_every_part_says_what_it_does_and_where_it_comes_from(name):
    part = getattr(parts, name)
    text = inspect.getdoc(part) + (inspect.getdoc(part.forward) or "" if inspect.isclass(part) else "")
    assert "Source:" in text
    assert "Shapes:" in text or "``(" in text
