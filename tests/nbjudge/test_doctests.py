"""The examples in the docstrings of what checks are written with."""

from __future__ import annotations

import doctest
import importlib

import pytest

OPTIONS = doctest.NORMALIZE_WHITESPACE  # a long message goes on in the next line


@pytest.mark.parametrize("module", ["checks.examples", "checks.modules", "checks.own", "checks.vocabulary"])
def test_the_examples_run(module):
    found = doctest.testmod(importlib.import_module(f"nbjudge.{module}"), optionflags=OPTIONS)
    assert found.attempted > 2
    assert found.failed == 0
