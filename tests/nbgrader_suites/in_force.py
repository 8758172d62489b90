"""A pytest plugin for runs of nbgrader's own tests, in a process of their own: `-p in_force`.

It takes one part of the tests, and configures the API that some of them make for themselves, without any file. All
other tests run nbgrader's commands, which read Jupyter's configuration files.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import nbgrader.api
import nbjudge
import pytest
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

# For every new gradebook nbgrader asks alembic, in a process of its own, for the one version that it has: a quarter of
# what these tests take.
nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", default="1/1", help="which of how many parts of the tests to run")
    parser.addoption("--judged-api", action="store_true", help="configure the API as nbgrader's commands are")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    part, parts = map(int, config.getoption("part").split("/"))
    items[:] = items[part - 1 :: parts]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    made = yield
    if isinstance(made, NbGraderAPI) and request.config.getoption("judged_api"):
        config = Config()
        nbjudge.configure(config)
        made.update_config(config)  # as that of the formgrader has the application's
    return made
