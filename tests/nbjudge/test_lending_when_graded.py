"""What a check lends is lent in the real thing, too: `nbgrader autograde`, with the learner's code in its kernel."""

from __future__ import annotations

import shutil

import pytest
from toy import ToyCourse

CHECKS = '''
import torch
from nbjudge import assert_close, check
from torch import nn


class Hidden(nn.Module):
    """A model that nobody but the judge may see."""

    def __init__(self, factor):
        super().__init__()
        self._factor, self.size = factor, 3

    def forward(self, x):
        return self._factor * x


@check(points=2, says="what the model makes of ones is doubled")
def test_values(student, rng):
    for _ in range(3):
        factor = rng.normal(3)
        assert_close(student(Hidden(factor)), 2 * factor)


@check(points=1, says="functions do as well")
def test_functions(student, rng):
    factor = rng.normal(3)
    assert_close(student(lambda x: factor * x), 2 * factor)
'''
RIGHT = "def double(x):\n    return 2 * x(torch.ones(3))\n"
WRONG = "def double(x):\n    return x(torch.ones(3))\n"
ANSWERS = {
    "right": (RIGHT, 3.0),
    "wrong": (WRONG, 0.0),
    # Asks with what is no array, and with arguments that do not fit: its own error, and no more.
    "asks_nonsense": ("def double(x):\n    return x(object())\n", 0.0),
    "asks_too_much": ("def double(x):\n    return x(torch.ones(3), 4, y=5)\n", 0.0),
    # Goes on asking after it was interrupted: the next exercise is judged as if nothing had been.
    "asks_forever": (
        "def double(x):\n    while True:\n        try:\n            x(torch.ones(3))\n"
        "        except BaseException:\n            pass\n",
        0.0,
    ),
    "dies_while_asking": (
        "import os, threading\n\ndef double(x):\n    threading.Timer(0.3, os._exit, (1,)).start()\n"
        "    while True:\n        x(torch.ones(3))\n",
        0.0,
    ),
    "prints_what_it_gets": (
        "import inspect\n\ndef double(x):\n"
        "    text = [repr(x), repr(vars(x)), repr(dir(x)), inspect.getsource(type(x)), str(type(x).__doc__)]\n"
        "    raise ValueError(' '.join(one for one in text if 'neddiH'[::-1] in one or 'rotcaf_'[::-1] in one) or 'nothing found')\n",
        0.0,
    ),
}


class Lending(ToyCourse):
    exercises = ("double", "shares")
    config = ToyCourse.config.replace("nbjudge.configure", "c.NBJudge.check_seconds = 3\nnbjudge.configure")
    visible = "assert callable({name})"

    def checks(self, name: str) -> str:
        return CHECKS if name == "double" else super().checks(name)

    def solution(self, name: str) -> str:
        if name != "double":
            return super().solution(name)
        return "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x(torch.ones(3))\n    ### END SOLUTION\n"


@pytest.fixture(scope="module")
def lending(tmp_path_factory: pytest.TempPathFactory) -> Lending:
    course = Lending(tmp_path_factory.mktemp("lending") / "course")
    course.root.mkdir()
    course.make()
    shutil.rmtree(course.root / "tests/mistakes/double")
    return course


def test_lent_models_serve_honest_code_and_hurt_nobody(lending: Lending):
    for student, (answer, _) in ANSWERS.items():
        lending.hand_in(student, lending.answered(double=answer))
    lending.autograde()
    lending.generate_feedback()
    full = lending.scores("right")["shares"]
    for student, (_, points) in ANSWERS.items():
        scores = lending.scores(student)
        assert scores["double"] == points, student
        assert scores["shares"] == full, student
        assert not lending.needs_person(student)
        page = lending.feedback_page(student).read_text()
        assert "Hidden" not in page
        assert "nobody but the judge" not in page
    assert "nothing found" in lending.feedback_page("prints_what_it_gets").read_text()
