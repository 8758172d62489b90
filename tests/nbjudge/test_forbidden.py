"""Checks of what an answer calls: who calls what is to be built fails them, and whoever's answer only crashes does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Judge
from nbjudge.judging.verdict import Verdict
from toy import ToyCourse

HEAD = "import numpy as np\nimport torch\n\n\n"
CRASH = "    if x.shape == (2, 5):\n        raise IndexError('two rows')\n"
RIGHT = "    e = (x - x.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)\n"
HIDDEN_CALL = "    return getattr(torch, 'soft' + 'max')(x, -1)\n"


class Source(ToyCourse):
    """A course that is never released."""

    exercises = ("shares",)
    config = ToyCourse.config.replace('c.NBJudge.given = "given_parts"\n', "")

    def generate(self) -> None:
        pass


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    root: Path = tmp_path_factory.mktemp("forbidden")
    Source(root).make()
    return Judge(Course(root))


def verdict(judge: Judge, body: str) -> Verdict:
    return judge.judge_source("shares", f"def shares(x):\n{body}")


def test_a_right_answer_passes(judge):
    assert verdict(judge, RIGHT).score == 4


def test_a_crash_alone_fails_no_check_of_what_is_called(judge):
    found = verdict(judge, CRASH + RIGHT)
    assert found.score == 4 and found.passed


def test_a_crash_hides_no_call(judge):
    found = verdict(judge, CRASH + HIDDEN_CALL)
    assert found.score == 3
    assert "your code calls torch.softmax, which this exercise asks you to build yourself" in found.checks[1].message
    ends = "    if x.shape == (2, 5):\n        import os\n        os._exit(0)\n"
    assert verdict(judge, ends + HIDDEN_CALL).score == 3
    assert verdict(judge, ends + RIGHT).score == 4


def test_a_crash_when_watched_hides_no_call(judge):
    watched = "    import sys\n    if sys.getprofile() is not None:\n        raise IndexError('seen')\n"
    assert verdict(judge, watched + HIDDEN_CALL).score == 3


def test_who_passes_nothing_else_gains_nothing_by_a_crash(judge):
    assert verdict(judge, "    raise IndexError('always')\n").score == 0
    assert verdict(judge, "    raise NotImplementedError\n").score == 0
    assert verdict(judge, CRASH + "    return x\n").score == 0


def test_the_first_failure_is_none_that_is_forgiven(judge):
    assert judge.first_failure("shares", f"def shares(x):\n{CRASH}{RIGHT}") is None
    failed = judge.first_failure("shares", f"def shares(x):\n{CRASH}{HIDDEN_CALL}")
    assert failed is not None and failed.name == "test_written_out"
