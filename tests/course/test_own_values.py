"""The judge's values are its own: what the learner's code writes to its arguments costs one check, and gains none."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Exercise, Judge

COURSE = Course(Path(__file__)).patient()
JUDGE = Judge(COURSE)
# They take no array, or are judged by a file.
WITHOUT_ARRAYS = ("causal_mask", "train")
EXERCISES = [name for name in COURSE.lesson_of if name not in WITHOUT_ARRAYS]

# Answers as `answer` says, made from copies of the arguments, and then writes to the arguments themselves.
WRITES = """

_busy = []  # while one of the methods runs, those that it calls leave its values alone


def _writes_to_its_arguments(function, answer):
    import functools, numpy, torch

    def arrays(value):
        if isinstance(value, (torch.Tensor, numpy.ndarray)):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (array for item in value for array in arrays(item))
        elif isinstance(value, dict):
            yield from arrays(list(value.values()))

    def copied(value):
        if isinstance(value, torch.Tensor):
            return value.clone()
        return value.copy() if isinstance(value, (numpy.ndarray, dict)) else value

    def overwrite(array):
        if isinstance(array, numpy.ndarray):
            array[...] = numpy.nan
        elif array.is_floating_point():
            array.fill_(float("nan"))
        else:
            array.zero_()
        if isinstance(array, torch.Tensor) and array.dim() > 1:
            array.transpose_(0, 1)

    def answered(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(answered, value))
        return answer(value) if isinstance(value, (torch.Tensor, numpy.ndarray)) else value

    @functools.wraps(function)
    def writing(*args, **kwargs):
        if _busy:
            return function(*args, **kwargs)
        _busy.append(function)
        try:
            result = function(*map(copied, args), **{name: copied(value) for name, value in kwargs.items()})
        finally:
            _busy.clear()
        for array in arrays([args, kwargs]) if WRITING else ():
            overwrite(array)
        return answered(result)

    return writing


if isinstance(SOLUTION, type):
    for _method in ("forward", "logits", "encode", "decode"):
        if hasattr(SOLUTION, _method):
            setattr(SOLUTION, _method, _writes_to_its_arguments(getattr(SOLUTION, _method), lambda x: ANSWER))
else:
    SOLUTION = _writes_to_its_arguments(SOLUTION, lambda x: ANSWER)
"""


def writing(exercise: Exercise, answer: str, writes: bool = True) -> str:
    text = WRITES.replace("SOLUTION", exercise.expression).replace("ANSWER", answer).replace("WRITING", str(writes))
    return exercise.solution + text


@pytest.fixture(autouse=True)
def no_advice(monkeypatch):
    """Nobody asks here which known mistake it is, and to run them all takes long."""
    monkeypatch.setattr(Judge, "_run_mistakes", lambda *_: [])


@pytest.mark.parametrize("name", EXERCISES)
def test_right_numbers_and_arguments_written_to_fail_one_check(name):
    verdict = JUDGE.judge_source(name, writing(COURSE.exercise(name), "x"))
    failed = [check for check in verdict.checks if not check.passed]
    assert [check.seen.endswith("had changed after the call") for check in failed] == [True], failed


@pytest.mark.parametrize("answer", ["x * 0", "x * float('nan')"])
@pytest.mark.parametrize("name", ["soft_lookup", "attention_scores", "attention_weights", "layer_norm", "log_softmax"])
def test_a_constant_gains_nothing_by_writing_to_its_arguments(name, answer):
    exercise = COURSE.exercise(name)
    score, without = (JUDGE.judge_source(name, writing(exercise, answer, w)).score for w in (True, False))
    assert score <= without
