"""Known mistakes are run on a seed that everybody knows; learners are judged on others, and named as surely."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Judge
from nbjudge.conversation.worker import source_worker

COURSE = Course(Path(__file__))
JUDGE = Judge(COURSE)


@pytest.mark.parametrize("name", ["attention_scores", "causal_mask", "layer_norm"])
def test_a_mistake_is_named_on_any_seed(name):
    exercise = COURSE.exercise(name)
    wrong = {}
    for seed, sample in enumerate(exercise.mistakes, start=1000):
        with source_worker(exercise, sample.source, sample.folder) as worker:
            named = list(JUDGE.judge(name, worker, seed=seed).mistakes)
        if named != [sample.name]:
            wrong[sample.name] = named
    assert len(wrong) <= 0.05 * len(exercise.mistakes), wrong
