"""Which known mistakes a learner's answers show: one, or two at once.

Each failed check is explained on its own. A known mistake explains a check that it fails, too, where it answers all
that the check asked alike; or, less surely, where the check ended in the same manner: with the same complaint, the
numbers in it aside. The second kind is for one mistake whose numbers depend on who writes it: on a constant, on random
weights, on names. Many mistakes make other numbers; a manner says something only where no other known mistake has it.

Two mistakes in one answer change each other's numbers. Whoever asks may know which two answer so together; see `pairs`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nbjudge.course import Sample
from nbjudge.judging.known import Known, Transcript

_CRASHED = "your code raised an error"
_NUMBERS = re.compile(r" \| (a difference of|others in |[\[(#])")  # how a check ends that saw other numbers


@dataclass(frozen=True)
class Explanation:
    """A known mistake, and which of the failed checks it explains."""

    sample: Sample
    transcript: Transcript  # its own
    failed: frozenset[str]  # what it fails itself
    alike: frozenset[str]  # where it answers alike
    explained: frozenset[str]  # where it ends in the same manner, too
    sure: frozenset[str]  # where it answers alike, and not by an error, or ends in a manner that no other mistake has


def recognised(
    transcript: Transcript, known: Sequence[Known], the_two: Callable[[], tuple[str, str] | None]
) -> list[Explanation]:
    """The fewest known mistakes, at most two, that explain the failed checks of `transcript`; none where none does.

    A mistake that answers all that failed alike is named alone; else `the_two` that do so together; else one that fails
    just this, all in the same manner; else two that explain it together, each of which has a check of its own; else one
    that answers more than half of it alike.
    """
    failed = frozenset(name for name, passed in transcript.passed.items() if not passed)
    if not failed:
        return []
    manners = Counter(pair for one in known for pair in one.transcript.manners.items())
    candidates = [_explanation(one, transcript, failed, manners) for one in known]
    return (
        _alone(candidates, transcript, failed)
        or _merged(candidates, the_two(), failed)
        or _in_the_same_manner(candidates, transcript, failed)
        or _together(candidates, transcript, failed)
        or _mostly(candidates, transcript, failed)
    )


def _explanation(
    known: Known, transcript: Transcript, failed: frozenset[str], manners: Counter[tuple[str, str]]
) -> Explanation:
    other = known.transcript
    common = [name for name in failed if not other.passed.get(name, True)]
    alike = frozenset(name for name in common if transcript.answers[name].alike(other.answers[name]))
    manner = {name for name in common if transcript.manners[name] == other.manners[name]}
    own = {
        name
        for name in manner
        if manners[name, other.manners[name]] == 1 and _tells(transcript, other, name, alone=len(failed) == 1)
    }
    theirs = frozenset(name for name, passed in other.passed.items() if not passed)
    sure = own | _not_by_an_error(transcript, alike)
    return Explanation(known.sample, other, theirs, alike, alike | manner, frozenset(sure))


def _not_by_an_error(transcript: Transcript, failed: Iterable[str]) -> set[str]:
    """Those of the failed checks that saw something, and did not end in an error."""
    answers, manners = transcript.answers, transcript.manners
    return {name for name in failed if answers[name].shows_values and _CRASHED not in manners[name]}


def _tells(transcript: Transcript, other: Transcript, name: str, *, alone: bool) -> bool:
    """Whether it says something that a check ends in the same manner: not of errors, and of numbers if they are near.

    Another constant changes numbers a little; it is told from others only where no other check failed.
    """
    manner = other.manners[name]
    near = alone and transcript.answers[name].near(other.answers[name])
    return _CRASHED not in manner and (near or not _NUMBERS.search(manner))


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


def _merged(candidates: list[Explanation], two: tuple[str, str] | None, failed: frozenset[str]) -> list[Explanation]:
    """The two, of which nobody can say any more which of them explains what."""
    return [replace(one, explained=failed) for one in candidates if one.sample.name in (two or ())]


def _in_the_same_manner(
    candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]
) -> list[Explanation]:
    """The mistake that fails just what failed, each check in the same manner, and at least half of them surely."""
    half = len(failed) / 2
    whole = [one for one in candidates if one.explained == failed == one.failed and len(one.alike | one.sure) >= half]
    if not whole:
        return []

    def sureness(one: Explanation) -> tuple[int, int, int]:
        return len(one.alike), len(one.sure), len(_answered(one, transcript))

    best = max(map(sureness, whole))
    surest = [one for one in whole if sureness(one) == best]
    return surest if len(surest) == 1 else []


def _together(candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]) -> list[Explanation]:
    """The two mistakes that explain all, one of them surely, neither of which fails what was passed.

    Of several pairs the surest counts.
    """
    rest = _not_by_an_error(transcript, failed)
    possible = [one for one in candidates if one.explained and one.failed <= failed]
    pairs = [
        (a, b)
        for a, b in itertools.combinations(possible, 2)
        if (a.sure or b.sure)
        and a.explained | b.explained == failed
        and (a.explained - b.failed) & rest
        and (b.explained - a.failed) & rest
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
    """The mistake that answers most of the failed checks alike, if that is more than half of them, or all but errors.

    Errors alone are not enough: they are alike for many reasons.
    """
    rest = _not_by_an_error(transcript, failed)
    enough = [
        one
        for one in candidates
        if one.alike & rest and (len(one.alike | one.sure) > len(failed) / 2 or rest <= one.alike)
    ]
    return [max(enough, key=lambda one: len(one.alike))] if enough else []
