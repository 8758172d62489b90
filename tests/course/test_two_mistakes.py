"""Two mistakes in one answer, written otherwise than the known ones: both are named, and what they leave open is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Judge

JUDGE = Judge(Course(Path(__file__)).patient())
ANSWERS = {
    "no gradients, no scale": (
        """
        q, k = query.detach(), key.detach()
        return torch.einsum("...id,...jd->...ij", q, k)
        """,
        ["detached", "scale_missing"],
    ),
    "single precision, no scale": (
        """
        return query.float() @ key.float().transpose(-2, -1)
        """,
        ["always_float32", "scale_missing"],
    ),
    "cut off, no scale": (
        """
        return (query @ key.transpose(-2, -1)).clamp(-50, 50)
        """,
        ["cuts_large_scores", "scale_missing"],
    ),
    "nobody's": (
        """
        return torch.sin(3 * query @ key.transpose(-2, -1)) + 0.4
        """,
        [],
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_both_are_named(answer):
    body, wanted = ANSWERS[answer]
    verdict = JUDGE.judge_source("attention_scores", f"def attention_scores(query, key):{body}")
    assert sorted(verdict.mistakes) == wanted
    assert len(verdict.advice) == len(wanted)
    assert not verdict.unexplained


def test_what_one_mistake_leaves_open_is_said():
    source = """
def attention_scores(query, key):
    if query.shape == (1, 2):
        return 5 + query @ key.transpose(-2, -1)
    return query.float() @ key.float().transpose(-2, -1) / query.shape[-1] ** 0.5
"""
    verdict = JUDGE.judge_source("attention_scores", source)
    assert list(verdict.mistakes) == ["always_float32"]
    assert verdict.unexplained == ["test_values"]
    says = {check.name: check.says for check in verdict.checks}
    assert all(says[name] in verdict.advice[-1] for name in verdict.unexplained)
