"""What the checks draw follows from a secret of the course and from whose submission it is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from nbjudge import CourseError
from nbjudge.autograde.seeds import course_secret, seed_of
from toy import ToyCourse


def test_the_seed_is_the_same_for_the_same_and_another_for_others(tmp_path: Path):
    secret = course_secret(tmp_path)
    assert course_secret(tmp_path) == secret and len(secret) == 64
    assert stat.S_IMODE((tmp_path / ".nbjudge/secret").stat().st_mode) == 0o600
    seeds = [seed_of(secret, *whose) for whose in (("ann", "toy"), ("ben", "toy"), ("ann", "t", "oy"))]
    assert len(set(seeds)) == 3 and seeds[0] == seed_of(secret, "ann", "toy") != seed_of("0" * 64, "ann", "toy")


def test_the_seed_is_recorded_and_grading_again_repeats_it(toy: ToyCourse):
    toy.hand_in("ann", toy.answered())
    toy.hand_in("ben", toy.answered())
    toy.autograde()
    first = {student: toy.graded(student).metadata["nbjudge"]["seed"] for student in ("ann", "ben")}
    toy.autograde("--force")
    again = {student: toy.graded(student).metadata["nbjudge"]["seed"] for student in ("ann", "ben")}
    assert first == again and first["ann"] != first["ben"]


def test_a_mistake_is_named_whatever_was_drawn(toy: ToyCourse):
    for number in range(3):
        toy.hand_in(f"student_{number}", toy.answered(double="def double(x):\n    return x + 2"))
    toy.autograde()
    for number in range(3):
        outputs = [str(cell.get("outputs", "")) for cell in toy.graded(f"student_{number}").cells]
        assert any("You add 2, where you should multiply by 2." in output for output in outputs)


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path):
    (tmp_path / ".nbjudge/secret").mkdir(parents=True)
    with pytest.raises(CourseError, match="secret"):
        course_secret(tmp_path)
