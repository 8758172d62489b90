"""`nbjudge autograde` beside `nbgrader autograde`: the same gradebook, the same files, here and on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from toy import LESSON

from .cluster import Cluster
from .school import School, files, rows

FULL = {"double": 3.0, "quadruple": 4.0, "essay": None}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path / "cluster")
    yield found
    found.stop()


def test_the_same_gradebook_and_the_same_files_wherever_a_class_is_graded(released, tmp_path, cluster):
    stock = released.copy(tmp_path / "stock")
    stock.hand_in_all_kinds()
    here, there = stock.copy(tmp_path / "here"), stock.copy(tmp_path / "there")
    stock.autograde()
    outcomes = stock.outcomes()
    assert outcomes["right"].scores == outcomes["reads"].scores == FULL
    assert outcomes["wrong"].scores["double"] == 1.0
    assert outcomes["marked"].manual == [0.5, 0.5, 0.5] and outcomes["marked"].needs_person

    said = here.nbjudge("--log-level", "INFO", ok=False)
    assert_same(stock, here)
    assert "asking a worker" not in said, "what a worker has done ahead is done again"
    assert "9 graded" in said
    assert "left to a person: binary" in said
    assert "without a notebook, left to a person: nothing" in said

    cluster.start(workers=2)
    there.nbjudge("--scheduler", cluster.address, *cluster.keys, "--quiet", ok=False)
    assert_same(stock, there)

    assert_that_a_second_run_touches_nothing(here)
    cluster.stop()
    done = there.run(
        "nbjudge.cli", "autograde", LESSON, "--force", "--scheduler", cluster.address, *cluster.keys, ok=None
    )
    assert done.returncode == 2 and "no scheduler answers" in done.stderr
    assert_same(stock, there)


def assert_same(expected: School, found: School) -> None:
    theirs, ours = rows(expected.root / "gradebook.db"), rows(found.root / "gradebook.db")
    assert theirs.keys() == ours.keys()
    for table in theirs:
        assert set(theirs[table]) ^ set(ours[table]) == set(), table
        assert len(theirs[table]) == len(ours[table]), table
    assert files(expected.root / "autograded") == files(found.root / "autograded")


def assert_that_a_second_run_touches_nothing(school: School) -> None:
    before = rows(school.root / "gradebook.db"), times(school)
    said = school.nbjudge(ok=False)
    assert "0 graded" in said and "9 graded before" in said
    assert (rows(school.root / "gradebook.db"), times(school)) == before
    assert "1 graded" in school.nbjudge("--force", "--student", "wrong", "--workers", "1")
    changed = {name for name, when in times(school).items() if when != before[1][name]}
    assert changed and all(name.startswith("wrong") for name in changed)
    assert rows(school.root / "gradebook.db") == before[0]


def times(school: School) -> dict[str, int]:
    graded = school.root / "autograded"
    return {str(path.relative_to(graded)): path.stat().st_mtime_ns for path in graded.rglob("*")}
