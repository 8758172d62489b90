"""Known mistakes as somebody else would write them are named, and what is no known mistake is not.

    python tests/course/test_variants.py [EXERCISE …]

judges all of tests/mistakes/*/variants/ and prints how each exercise fares; the test judges a part of them.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nbjudge import Course, Judge

COURSE = Course(Path(__file__)).patient()
UNRELATED = "unrelated"
RATE = 0.95
_ALSO = re.compile(r"^# also: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Variant:
    """A file of tests/mistakes/EXERCISE/variants: `<mistake>__<word>.py`, or `unrelated__<word>.py`."""

    exercise: str
    path: Path

    @property
    def mistake(self) -> str:
        return self.path.stem.partition("__")[0]

    @property
    def right_names(self) -> set[str]:
        """The known mistakes whose advice is true of it; none of an unrelated one."""
        also = _ALSO.search(self.path.read_text(encoding="utf-8"))
        named = {self.mistake, *(also[1].split() if also else ())}
        return named - {UNRELATED}

    def fares(self, judge: Judge) -> str:
        """How the judge names it: "right", "unnamed", or "wrong" with what it was taken for."""
        beside = self.path.with_suffix("")  # what is handed in with it, as with a sample
        folder = beside if beside.is_dir() else None
        verdict = judge.judge_source(self.exercise, self.path.read_text(encoding="utf-8"), folder)
        names = set(verdict.mistakes)
        if verdict.passed:
            return "wrong: it passes"
        if not names <= self.right_names:
            return f"wrong: {', '.join(sorted(names))}"
        return "right" if names or not self.right_names else "unnamed"


def variants(exercise: str) -> list[Variant]:
    """The variants of an exercise's mistakes."""
    folder = COURSE.root / COURSE.settings.mistakes / exercise / "variants"
    return [Variant(exercise, path) for path in sorted(folder.glob("*.py"))]


def test_each_is_a_variant_of_a_known_mistake():
    for exercise in COURSE.lesson_of:
        known = {sample.name for sample in COURSE.exercise(exercise).mistakes}
        for one in variants(exercise):
            assert one.mistake == UNRELATED or one.right_names <= known, one.path


def test_variants_are_named():
    every = [one for exercise in COURSE.lesson_of for one in variants(exercise)]
    unrelated = [one for one in every if one.mistake == UNRELATED][::8]
    mistakes = [one for one in every if one.mistake != UNRELATED][::16]
    judge = Judge(COURSE)
    assert {one.path: how for one in unrelated if (how := one.fares(judge)) != "right"} == {}
    others = {one.path.stem: how for one in mistakes if (how := one.fares(judge)) != "right"}
    assert len(others) <= (1 - RATE) * len(mistakes), others


def main(exercises: list[str]) -> None:
    """Print how all variants fare."""
    judge, total = Judge(COURSE), Counter[str]()
    for exercise in exercises or COURSE.lesson_of:
        fares = {one.path.stem: one.fares(judge) for one in variants(exercise)}
        counts = Counter(how.partition(":")[0] for how in fares.values())
        total += counts
        print(exercise, *(f"{how} {counts[how]}" for how in ("right", "wrong", "unnamed")))
        for name, how in fares.items():
            if how != "right":
                print(f"    {name}: {how}")
    print("all", *(f"{how} {count}" for how, count in total.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
