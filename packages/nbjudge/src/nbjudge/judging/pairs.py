"""Two known mistakes in one answer that answers like neither: it is told by what the two answer when they are merged.

Of hundreds of pairs only few can be run. How likely one is, is read from how its two fail alone: what the answer fails,
one of them mostly fails, too, often alike or in the same manner; and what it passes, both of them pass.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from nbjudge.course import Exercise
from nbjudge.judging.known import Known, Transcript, without_advice
from nbjudge.judging.merge import merged

_TRIED = 20  # so many are run for one answer, on one check each; of the likeliest, as far as they can be merged
_RANKED = 40
_PASSED, _NEITHER = -4.0, -2.0  # for a check that one of a pair fails, though it was passed; for one that neither fails
_PASSES_ALIKE = 0.2  # for one who answers a check alike that it passes, too

Names = tuple[str, str]
Run = Callable[[Names, str], Transcript | None]
"""Runs the merged answer of two mistakes, on one check or, for "", on all; None where that is not to be had."""


def the_two(transcript: Transcript, exercise: Exercise, known: Sequence[Known], run: Run, end: float) -> Names | None:
    """The first likely pair that answers like `transcript`, if one is found before `end`.

    The check that is asked first is one that few mistakes answer like this. Errors alone say nothing: they are alike
    for many reasons.
    """
    alike = _alike(transcript, known)
    shown = [name for name, answer in transcript.answers.items() if not transcript.passed[name] and answer.shows_values]
    if not shown or time.monotonic() >= end:
        return None
    first = min(shown, key=lambda name: len(alike[name]))
    likely = _likeliest(transcript, known, alike)
    for names in itertools.islice(_mergeable(exercise, likely), _TRIED):
        if time.monotonic() > end:
            break
        tried = run(names, first)
        if tried is not None and _answers_like(tried, transcript):
            whole = run(names, "")
            if whole is not None and len(whole.passed) == len(transcript.passed) and _answers_like(whole, transcript):
                return names
    return None


def merged_source(exercise: Exercise, names: Names) -> str | None:
    """The answer that has both mistakes; where these stand in each other's way, rather the first."""
    return _merged_source(exercise, *names)


@lru_cache(maxsize=512)
def _merged_source(exercise: Exercise, first: str, second: str) -> str | None:
    mistakes = {one.name: without_advice(one.source) for one in exercise.mistakes if one.folder is None}
    if first not in mistakes or second not in mistakes:
        return None  # what is handed in beside it cannot be merged
    others = [exercise.solution, *mistakes.values(), *(one.source for one in exercise.alternatives)]
    return merged(mistakes[first], mistakes[second], others)


def _mergeable(exercise: Exercise, likely: Sequence[Names]) -> Iterator[Names]:
    """Those that can be merged; in either order, where it matters."""
    for a, b in likely:
        forth, back = merged_source(exercise, (a, b)), merged_source(exercise, (b, a))
        if forth is not None:
            yield a, b
        if back is not None and back != forth:
            yield b, a


def _answers_like(other: Transcript, transcript: Transcript) -> bool:
    """Whether `other`, which may be of a part of the checks, fails and passes the same, and fails it alike."""
    return all(
        passed == transcript.passed[name] and (passed or other.answers[name].alike(transcript.answers[name]))
        for name, passed in other.passed.items()
    )


ByCheck = dict[str, set[str]]
"""By check, the known mistakes of which something is true there."""


def _alike(transcript: Transcript, known: Sequence[Known]) -> ByCheck:
    """Who fails, or passes, a check as it was failed or passed, and answers alike."""
    return {
        name: {
            one.sample.name
            for one in known
            if one.transcript.passed.get(name) == transcript.passed[name] and one.transcript.answers[name].alike(answer)
        }
        for name, answer in transcript.answers.items()
    }


def _in_the_same_manner(transcript: Transcript, known: Sequence[Known]) -> ByCheck:
    return {
        name: {one.sample.name for one in known if one.transcript.manners.get(name) == manner}
        for name, manner in transcript.manners.items()
    }


def _failing(transcript: Transcript, known: Sequence[Known]) -> ByCheck:
    return {
        name: {one.sample.name for one in known if not one.transcript.passed.get(name, True)}
        for name in transcript.passed
    }


def _likeliest(transcript: Transcript, known: Sequence[Known], alike: ByCheck) -> list[Names]:
    """The pairs of which most speaks for, and least against.

    That one of the two fails a check alike says the more, the fewer others do; half as much says the manner.
    """
    manners, failing = _in_the_same_manner(transcript, known), _failing(transcript, known)

    def likelihood(pair: Names) -> float:
        return sum(one(name, pair) for name in transcript.passed)

    def one(name: str, pair: Names) -> float:
        if transcript.passed[name]:
            fails = failing[name].intersection(pair)
            return _PASSED if fails else _PASSES_ALIKE * len(alike[name].intersection(pair))
        for weight, found in ((1.0, alike[name]), (0.5, manners[name])):
            if found.intersection(pair):
                return weight * (1 + math.log(len(known) / len(found)))
        return 0.0 if failing[name].intersection(pair) else _NEITHER

    names = [one.sample.name for one in known]
    return sorted(itertools.combinations(names, 2), key=likelihood, reverse=True)[:_RANKED]
