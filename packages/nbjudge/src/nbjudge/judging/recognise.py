"""Which known mistake a learner's answers show."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from nbjudge.course import Sample
from nbjudge.judging.known import Transcript

_TOLERANCE = 1e-4


def best_match(transcript: Transcript, known: Iterable[tuple[Sample, Transcript]]) -> Sample | None:
    """The known mistake whose answers agree with the transcript's, or None.

    A mistake that fails the same checks and answers every one of them alike is named first. Otherwise the
    mistake that explains most of the failed checks is named, if it explains more than half of them.
    """
    failed = [name for name, passed in transcript.passed.items() if not passed]
    best: Sample | None = None
    most = len(failed) / 2
    for sample, other in known:
        agreeing = [
            name
            for name in failed
            if not other.passed.get(name, True) and same(transcript.answers[name], other.answers[name])
        ]
        shown = [name for name in failed if _shows_values(transcript.answers[name])]
        if not agreeing or (shown and not set(agreeing) & set(shown)):
            continue
        if transcript.passed == other.passed and same(list(transcript.answers.values()), list(other.answers.values())):
            return sample
        if len(agreeing) > most:
            best, most = sample, len(agreeing)
    return best


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
