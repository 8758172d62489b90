"""Which known mistakes a learner's answers show: one, or two at once.

Each failed check is explained on its own. A known mistake explains a check that it fails, too, where it answers all
that the check asked alike; or, less surely, where the check ended in the same manner: with the same complaint, the
numbers in it aside. The second kind is for two mistakes in one answer, of which each changes the other's numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from nbjudge.course import Sample
from nbjudge.judging.known import Transcript


@dataclass(frozen=True)
class Explanation:
    """A known mistake, and which of the failed checks it explains."""

    sample: Sample
    transcript: Transcript  # its own
    failed: frozenset[str]  # what it fails itself
    alike: frozenset[str]  # where it answers alike
    explained: frozenset[str]  # where it ends in the same manner, too


def recognised(transcript: Transcript, known: Iterable[tuple[Sample, Transcript]]) -> list[Explanation]:
    """The fewest known mistakes, at most two, that explain the failed checks of `transcript`; none where none does.

    A mistake that answers all that failed alike is named alone; else two that explain it together, each of which has a
    check of its own; else one that answers more than half of it alike.
    """
    failed = frozenset(name for name, passed in transcript.passed.items() if not passed)
    if not failed:
        return []
    candidates = [_explanation(sample, transcript, other, failed) for sample, other in known]
    return (
        _alone(candidates, transcript, failed)
        or _together(candidates, transcript, failed)
        or _mostly(candidates, transcript, failed)
    )


def _explanation(sample: Sample, transcript: Transcript, other: Transcript, failed: frozenset[str]) -> Explanation:
    common = [name for name in failed if not other.passed.get(name, True)]
    alike = frozenset(name for name in common if transcript.answers[name].alike(other.answers[name]))
    manner = {name for name in common if transcript.manners[name] == other.manners[name]}
    theirs = frozenset(name for name, passed in other.passed.items() if not passed)
    return Explanation(sample, other, theirs, alike, alike | manner)


def _answered(one: Explanation, transcript: Transcript) -> set[str]:
    """All checks, passed ones as well, that a mistake answers alike."""
    theirs = one.transcript.answers
    return {name for name, ours in transcript.answers.items() if name in theirs and ours.alike(theirs[name])}


def _alone(candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]) -> list[Explanation]:
    """The mistake that answers all failed checks alike, and of several the one that answers most others alike."""
    whole = [one for one in candidates if one.alike == failed]
    if len(whole) < 2:
        return whole
    return [max(whole, key=lambda one: (len(_answered(one, transcript)), -len(one.failed)))]


def _together(candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]) -> list[Explanation]:
    """The two mistakes that explain all, neither of which fails what was passed. Of several pairs the surest counts."""
    possible = [one for one in candidates if one.explained and one.failed <= failed]
    pairs = [
        (a, b)
        for a, b in itertools.combinations(possible, 2)
        if a.explained | b.explained == failed and a.explained - b.failed and b.explained - a.failed
    ]
    if not pairs:
        return []
    most = max(len(a.alike | b.alike) for a, b in pairs)
    surest = [(a, b) for a, b in pairs if len(a.alike | b.alike) == most]
    if len(surest) > 1:
        tied = {one.sample.name: one for pair in surest for one in pair}
        answered = {name: _answered(one, transcript) for name, one in tied.items()}

        def sureness(pair: tuple[Explanation, Explanation]) -> tuple[int, int]:
            a, b = (answered[one.sample.name] for one in pair)
            return len(a | b), len(a) + len(b)

        best = max(map(sureness, surest))
        surest = [pair for pair in surest if sureness(pair) == best]
    return [one for one in surest[0] if all(one in pair for pair in surest)]


def _mostly(candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]) -> list[Explanation]:
    """The mistake that answers most of the failed checks alike, if that is more than half of them.

    Where a check shows values, equal errors in the others are not enough.
    """
    shown = {name for name in failed if transcript.answers[name].shows_values}
    enough = [one for one in candidates if len(one.alike) > len(failed) / 2 and (not shown or one.alike & shown)]
    return [max(enough, key=lambda one: len(one.alike))] if enough else []
