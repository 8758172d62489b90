"""Which known mistakes a learner's answers show: one, or two at once.

Each failed check is explained on its own. A known mistake explains a check that it fails, too, where it answers all
that the check asked alike; or, less surely, where the check ended in the same manner: with the same complaint, the
numbers in it aside. The second kind is for two mistakes in one answer, of which each changes the other's numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from nbjudge.course import Sample
from nbjudge.judging.known import Transcript

_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Explanation:
    """A known mistake, and which of the failed checks it explains."""

    sample: Sample
    failed: frozenset[str]  # what it fails itself
    alike: frozenset[str]  # where it answers alike
    explained: frozenset[str]  # where it ends in the same manner, too
    answered: frozenset[str]  # all checks, passed ones as well, that it answers alike


def recognised(transcript: Transcript, known: Iterable[tuple[Sample, Transcript]]) -> list[Explanation]:
    """The fewest known mistakes, at most two, that explain the failed checks of `transcript`; none where none does.

    A mistake that answers every check alike is named alone; else one that explains all that failed, or two that do so
    together, each of which has a check of its own; else one that answers more than half of the failed checks alike.
    """
    failed = frozenset(name for name, passed in transcript.passed.items() if not passed)
    if not failed:
        return []
    candidates = []
    for sample, other in known:
        if transcript.passed == other.passed and same(list(transcript.answers.values()), list(other.answers.values())):
            return [Explanation(sample, failed, failed, failed, frozenset(transcript.passed))]
        candidates.append(_explanation(sample, transcript, other, failed))
    return _alone(candidates, failed) or _together(candidates, failed) or _mostly(candidates, transcript, failed)


def _explanation(sample: Sample, transcript: Transcript, other: Transcript, failed: frozenset[str]) -> Explanation:
    common = [name for name in failed if not other.passed.get(name, True)]
    alike = frozenset(name for name in common if same(transcript.answers[name], other.answers[name]))
    manner = {name for name in common if transcript.manners[name] == other.manners[name]}
    theirs = frozenset(name for name, passed in other.passed.items() if not passed)
    answered = frozenset(
        name for name in transcript.answers if name in alike or same(transcript.answers[name], other.answers.get(name))
    )
    return Explanation(sample, theirs, alike, alike | manner, answered)


def _alone(candidates: list[Explanation], failed: frozenset[str]) -> list[Explanation]:
    """The mistake that answers all failed checks alike, and most of the others, of which it fails fewest."""
    whole = [one for one in candidates if one.alike == failed]
    return [max(whole, key=lambda one: (len(one.answered), -len(one.failed)))] if whole else []


def _together(candidates: list[Explanation], failed: frozenset[str]) -> list[Explanation]:
    """The two mistakes that explain all, neither of which fails what was passed. Of several pairs the surest counts."""
    possible = [one for one in candidates if one.explained and one.failed <= failed]
    pairs = [
        (a, b)
        for a, b in itertools.combinations(possible, 2)
        if a.explained | b.explained == failed and a.explained - b.failed and b.explained - a.failed
    ]
    if not pairs:
        return []

    def sureness(pair: tuple[Explanation, Explanation]) -> tuple[int, int, int]:
        a, b = pair
        return len(a.alike | b.alike), len(a.answered | b.answered), len(a.answered) + len(b.answered)

    best = max(map(sureness, pairs))
    sure = [pair for pair in pairs if sureness(pair) == best]
    return [one for one in sure[0] if all(one in pair for pair in sure)]


def _mostly(candidates: list[Explanation], transcript: Transcript, failed: frozenset[str]) -> list[Explanation]:
    """The mistake that answers most of the failed checks alike, if that is more than half of them.

    Where a check shows values, equal errors in the others are not enough.
    """
    shown = {name for name in failed if _shows_values(transcript.answers[name])}
    enough = [one for one in candidates if len(one.alike) > len(failed) / 2 and (not shown or one.alike & shown)]
    return [max(enough, key=lambda one: len(one.alike))] if enough else []


def _shows_values(answers: list[object]) -> bool:
    return any(not (isinstance(a, tuple) and len(a) == 2 and isinstance(a[0], str)) for a in answers)


def same(a: object, b: object) -> bool:
    """Whether two answers agree, to a tolerance that forgives another order of the same arithmetic."""
    if isinstance(a, (torch.Tensor, np.ndarray, np.generic)) and isinstance(b, (torch.Tensor, np.ndarray, np.generic)):
        return type(a) is type(b) and a.dtype == b.dtype and _close(torch.as_tensor(a), torch.as_tensor(b))
    if isinstance(a, float) and isinstance(b, float):
        return _close(torch.tensor(a), torch.tensor(b))
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (str, int, bool, type(None))):
        return a == b
    return True  # handles: the objects they stand for are seen by what they answer


def _close(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.shape != b.shape:
        return False
    a, b = a.detach().double(), b.detach().double()
    return bool(torch.allclose(a, b, rtol=_TOLERANCE, atol=_TOLERANCE, equal_nan=True))
