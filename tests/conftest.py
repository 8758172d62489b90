"""For all tests: a thread each, and those that take longest begin first, so that no core waits for the last of them."""

from __future__ import annotations

import os
from itertools import groupby

import pytest

# More threads than cores spin while they wait for each other: beside other tests, a lesson took three times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Those that take minutes by themselves share nothing with each other.
_LONG = (
    "tests/course/test_lessons_run.py",
    "tests/attacks/test_attacks.py",
    "tests/versions/test_wheels.py",
    "tests/nbgrader_suites",
    "tests/course/test_audit.py::test_the_checks_hold",
    "tests/course/test_variants.py",
    "tests/nbjudge/test_mutants.py::test_the_command",
    "tests/benchmarks",
)
# The tests of a module share what was made for the first of them, and stay together.
_LONG_TOGETHER = (
    "tests/parallel",
    "tests/docs",
    "tests/course/test_readme_instructor.py",
    "tests/attacks",
    "tests/nbjudge/test_right_work.py",
    "tests/nbjudge/test_autograde.py",
    "tests/nbjudge",
)
_ORDER = (*_LONG, *_LONG_TOGETHER)


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, name in enumerate(_ORDER) if item.nodeid.startswith(name)), len(_ORDER))


def _hand(item: pytest.Item) -> str:
    """What is dealt at once."""
    return item.nodeid if item.nodeid.startswith(_LONG) else str(item.path)


def _shares(total: int, workers: int) -> list[int]:
    """How many tests each worker of xdist gets at first: with worksteal, those of a part of the list."""
    return [(total * (number + 1)) // workers - (total * number) // workers for number in range(workers)]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests out like cards: each worker begins with the longest of its share, which ends where it is full."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    room = _shares(len(items), workers)
    dealt: list[list[pytest.Item]] = [[] for _ in room]
    for number, (_, cards) in enumerate(groupby(sorted(items, key=_rank), key=_hand)):
        hand, to = list(cards), number % workers
        while hand:
            fit = room[to] - len(dealt[to])
            dealt[to] += hand[:fit]
            hand, to = hand[fit:], (to + 1) % workers
    items[:] = [item for share in dealt for item in share]
