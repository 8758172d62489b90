"""The pytest plugin: fixtures for checks. Registered as `nbjudge`, so any course with pytest gets it.

Under plain `pytest` the fixture `student` is the reference solution, reached over the same wire as a learner's.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbjudge.checks.artifacts import Artifacts
from nbjudge.checks.examples import assert_example
from nbjudge.checks.reference import reference_object
from nbjudge.checks.rng import Rng
from nbjudge.conversation import standin
from nbjudge.conversation.connection import PUBLIC_SEED, begin_check
from nbjudge.conversation.worker import solution_worker
from nbjudge.course import Exercise, course_at

EXERCISE = pytest.StashKey[Exercise]()
STUDENT = pytest.StashKey[standin.StandIn]()
FOLDER = pytest.StashKey[Path | None]()
SEED = pytest.StashKey[int]()


def _exercise(request: pytest.FixtureRequest) -> Exercise:
    """The exercise that a check module belongs to; under plain pytest, by its name: test_<exercise>.py."""
    if EXERCISE in request.config.stash:
        return request.config.stash[EXERCISE]
    return course_at(request.path.parent).exercise(request.path.stem.removeprefix("test_"))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> Rng:
    """A generator seeded by the name of the check, and by what the judge has drawn for who is judged."""
    return Rng(zlib.crc32(request.node.name.encode()) ^ request.config.stash.get(SEED, PUBLIC_SEED))


@pytest.fixture
def make() -> Callable[..., Any]:
    """`make(nn.Linear, 4, 6)`: an object that exists here and, with the same weights, where it is passed to.

    An object of a class that stands in the check module is not made: pass it as it is.
    """
    return standin.make


@pytest.fixture
def example(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`example(student, x, gives=[0, 2])`: `assert_example`, shown with the name that the exercise asks for."""
    return functools.partial(assert_example, name=_exercise(request).expression)


@pytest.fixture
def reference(request: pytest.FixtureRequest) -> object:
    """The reference solution itself, from the solution cells of the course's source."""
    return reference_object(_exercise(request))


@pytest.fixture
def artifacts(request: pytest.FixtureRequest) -> Artifacts:
    """The files handed in beside the notebook; under plain pytest, those of the reference."""
    if FOLDER in request.config.stash:
        return Artifacts(request.config.stash[FOLDER])
    return Artifacts(_exercise(request).artifacts)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Iterator[standin.StandIn]:
    """A stand-in for whoever is judged; under plain pytest, the reference solution."""
    if STUDENT in request.config.stash:
        yield request.config.stash[STUDENT]
        return
    exercise = _exercise(request)
    with solution_worker(exercise) as worker:
        connection = worker.connect()
        connection.hello()
        info = getattr(request.function, "nbjudge_check", None)
        begin_check(connection, info.forbids if info else (), exercise.course.settings.given, PUBLIC_SEED)
        yield standin.StandIn(connection)
        connection.end()
