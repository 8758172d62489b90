"""Every reference passes, every known mistake is caught and named, every alternative is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, audit, checks_of

COURSE = Course(Path(__file__))
EXERCISES = list(COURSE.lesson_of)


def known(exercise: str) -> str:
    """What the course keeps of how the exercise's mistakes fare."""
    path = COURSE.root / COURSE.settings.mistakes / exercise / "known.json"
    return path.read_text(encoding="utf-8") if path.exists() else ""


COMMITTED = {exercise: known(exercise) for exercise in EXERCISES}  # before any test may have made one anew


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_checks_hold(exercise):
    result = audit(COURSE, exercise)
    assert result.reference_passes
    assert result.missed == []
    assert result.refused == []
    assert result.unmarked == [], "these lose more than half of the points, and no FUNDAMENTAL says why"
    assert result.unseen == [], "these are fundamental, and the first tests pass them"
    assert result.holds, f"named wrongly: {result.wrong}"
    assert known(exercise) == COMMITTED[exercise], "commit tests/mistakes/*/known.json, which the audit has made anew"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_samples_are_enough_and_explain_themselves(exercise):
    wanted = COURSE.exercise(exercise)
    mistakes, alternatives = wanted.mistakes, wanted.alternatives
    assert len(mistakes) >= 8
    assert len(alternatives) >= 4
    for sample in (*mistakes, *alternatives):
        assert len(sample.advice) > 20, f"{sample.path} has no docstring that explains it"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_points_of_the_checks_are_those_of_the_cell(exercise):
    wanted = COURSE.exercise(exercise)
    points = sum(check.points for check in checks_of(wanted))
    assert points == pytest.approx(wanted.points, abs=1e-9)


def test_every_file_belongs_to_an_exercise():
    for directory in ("mistakes", "alternatives", "artifacts"):
        found = {path.name for path in (COURSE.root / "tests" / directory).iterdir() if path.is_dir()}
        assert found <= set(EXERCISES)
    checks = {path.stem.removeprefix("test_") for path in (COURSE.root / "tests/checks").glob("test_*.py")}
    assert checks == set(EXERCISES)
