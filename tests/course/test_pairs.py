"""Two known mistakes in one answer are both named: in answers that a person wrote, and in those made by a program.

    python tests/course/test_pairs.py [PAIRS OF EACH EXERCISE] [EXERCISE …]

judges all of tests/mistakes/*/pairs/, and by default two of each exercise that are drawn and merged, not as the judge
does it; and prints how they fare. The test judges a few.
"""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from nbjudge import Course, Judge

COURSE = Course(Path(__file__)).patient()  # what is named does not depend on how busy the machine is
BOTH, RATE = "both", 0.8
_BOTH = re.compile(r"^# (?:both|or): (.+)$", re.MULTILINE)
verdict_on = cache(Judge(COURSE).judge_source)


@dataclass(frozen=True)
class Pair:
    """An answer with two known mistakes; `readings` are the pairs that it may rightly be called, mostly one."""

    exercise: str
    readings: tuple[frozenset[str], ...]
    source: str

    def fares(self) -> str:
        """How the judge names it: "both", "one", "none", or "wrong" with what it was taken for."""
        named = set(verdict_on(self.exercise, self.source).mistakes)
        if not any(named <= reading for reading in self.readings):
            return f"wrong: {', '.join(sorted(named))}"
        return ("none", "one", BOTH)[len(named)]

    def __str__(self) -> str:
        return f"{self.exercise}: {' or '.join(' and '.join(sorted(reading)) for reading in self.readings)}"


def written(exercise: str) -> list[Pair]:
    """What stands in tests/mistakes/EXERCISE/pairs."""
    folder = COURSE.root / COURSE.settings.mistakes / exercise / "pairs"
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    return [Pair(exercise, tuple(frozenset(names.split()) for names in _BOTH.findall(one)), one) for one in sources]


def drawn(exercise: str) -> Iterator[Pair]:
    """Pairs of an exercise's mistakes that go together, drawn by chance, always the same."""
    samples = {one.name: plain(one.source) for one in COURSE.exercise(exercise).mistakes if one.folder is None}
    pairs = list(combinations(sorted(samples), 2))
    random.Random(exercise).shuffle(pairs)
    for a, b in pairs:
        if (both := merged(samples, a, b)) is not None:
            source = with_other_names(both)
            if shows_both(exercise, source, samples[a], samples[b]):
                yield Pair(exercise, (frozenset((a, b)),), source)


def shows_both(exercise: str, source: str, *alone: str) -> bool:
    """Whether it answers otherwise than with either mistake alone: of one that hides, nothing can be seen.

    What raises an error where neither does is not both of them, but what came of cutting them up.
    """
    answered, others = outcome(exercise, source), [outcome(exercise, one) for one in alone]
    fails_anew = answered.keys() - {name for other in others for name in other}
    broken = any("your code raised" in answered[name] for name in fails_anew)
    return bool(answered) and answered not in others and not broken


def outcome(exercise: str, source: str) -> dict[str, str]:
    """Which checks fail, and how; not in which line, which is said in the answer's own words."""
    failed = verdict_on(exercise, source).failed
    return {check.name: re.sub("`[^`]*`", "", check.message) for check in failed}


def plain(source: str) -> str:
    """The code of a mistake, without what says which it is."""
    body = [one for one in ast.parse(source).body if not isinstance(one, ast.Expr)]
    return ast.unparse(ast.Module([one for one in body if not ast.unparse(one).startswith("FUNDAMENTAL")], []))


def merged(samples: dict[str, str], a: str, b: str) -> str | None:
    """One answer with both mistakes, if git can merge them; a third mistake is what both have changed."""
    for third in sorted(samples.keys() - {a, b}):
        with TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("ours", "base", "theirs")]
            for file, name in zip(files, (a, third, b), strict=True):
                file.write_text(samples[name] + "\n", encoding="utf-8")
            done = subprocess.run(["git", "merge-file", "-p", *files], capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() not in samples.values() and _is_python(done.stdout):
            return done.stdout
    return None


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def with_other_names(source: str) -> str:
    """The same code, whose functions call their variables otherwise; arguments have the names that callers know."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            kept = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
            own = {node.id for node in names if isinstance(node.ctx, ast.Store)} - kept
            for node in names:
                node.id = f"my_{node.id}" if node.id in own else node.id
    return ast.unparse(tree)


def test_each_has_two_known_mistakes():
    for exercise in COURSE.lesson_of:
        known = {sample.name for sample in COURSE.exercise(exercise).mistakes}
        for one in written(exercise):
            assert one.readings and all(len(names) == 2 and names <= known for names in one.readings), one


def test_both_are_named():
    some = [one for exercise in COURSE.lesson_of for one in written(exercise)][::8]
    some += [one for exercise in ("linear", "feed_forward") for one in islice(drawn(exercise), 1)]
    others = {str(one): how for one in some if (how := one.fares()) != BOTH}
    assert len(others) <= (1 - RATE) * len(some), others
    assert not [how for how in others.values() if how.startswith("wrong")], others


def main(count: int, exercises: list[str]) -> None:
    """Print how pairs fare."""
    names = exercises or COURSE.lesson_of
    by_hand = [one for name in names for one in written(name)]
    by_program = [one for name in names for one in islice(drawn(name), count)]
    for kind, found in (("written", by_hand), ("drawn", by_program)):
        fares = {one: one.fares() for one in found}
        for one, how in fares.items():
            print(f"    {one}: {how}")
        counts = Counter(how.partition(":")[0] for how in fares.values())
        print(kind, *(f"{how} {count}" for how, count in counts.items()), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2, sys.argv[2:])
