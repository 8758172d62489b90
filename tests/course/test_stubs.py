"""Who answers nothing gains nothing: a solution that crashes, or gives zeros, a constant, its input or chance.

Such a solution has right names, shapes and types, which is what it gets points for; no check of a value or of a property
may take it for an answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge import Course, Exercise, Judge

COURSE = Course(Path(__file__)).patient()
JUDGE = Judge(COURSE)
# They return models, or are judged by a file: what a stub is to change is not there.
WITHOUT_ARRAYS = ("bert_weights", "gpt2_weights", "train")
EXERCISES = [name for name in COURSE.lesson_of if name not in WITHOUT_ARRAYS]
# What is right in a stub: its shapes and types, the names and numbers of its parameters, what its constructor refuses,
# and that it calls nothing that is forbidden.
RIGHT = {
    *("test_contract", "test_parameters", "test_names", "test_errors", "test_unknown_activation"),
    *("test_from_primitives", "test_from_parts"),
}
# Token ids are themselves a mask: those that are not 0 are words. It has the wrong type, and knows no other padding.
INPUT_IS_AN_ANSWER = {"padding_mask"}
KINDS = ("crash", "zeros", "ones", "input", "random")

STUB = """

def _stub(function, kind):
    import functools, numpy, torch

    def changed(value):
        if isinstance(value, (list, tuple)):
            return type(value)(map(changed, value))
        if isinstance(value, dict):
            return {name: changed(one) for name, one in value.items()}
        if isinstance(value, (float, numpy.ndarray)):
            array = changed(torch.as_tensor(value)).numpy()
            return array.item() if isinstance(value, float) else array
        return drawn(value) if isinstance(value, torch.Tensor) else value

    def drawn(tensor):
        if kind == "random":
            drawn = torch.rand(tensor.shape, dtype=torch.float64)
            return (drawn if tensor.is_floating_point() else (2 * drawn).long()).to(tensor.dtype)
        return torch.full_like(tensor, kind == "ones")

    @functools.wraps(function)
    def stub(*args, **kwargs):
        if kind == "crash":
            raise ValueError("crash")
        result = function(*args, **kwargs)
        if kind != "input":
            return changed(result)
        given = [one for one in (*args, *kwargs.values()) if isinstance(one, (torch.Tensor, numpy.ndarray))] or [0]
        return type(result)(given[0] for _ in result) if isinstance(result, (list, tuple)) else given[0]

    return stub


if isinstance(SOLUTION, type):
    for _method in ("forward", "logits", "encode", "decode"):
        if hasattr(SOLUTION, _method):
            setattr(SOLUTION, _method, _stub(getattr(SOLUTION, _method), "KIND"))
else:
    SOLUTION = _stub(SOLUTION, "KIND")
"""


def stub(exercise: Exercise, kind: str) -> str:
    return exercise.solution + STUB.replace("SOLUTION", exercise.expression).replace("KIND", kind)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_gets_nothing_for_values_and_properties(name, monkeypatch):
    monkeypatch.setattr(Judge, "_run_mistakes", lambda *_: [])  # nobody asks which known mistake it is
    exercise = COURSE.exercise(name)
    for kind in KINDS:
        if kind == "input" and name in INPUT_IS_AN_ANSWER:
            continue
        verdict = JUDGE.judge_source(name, stub(exercise, kind))
        gained = {check.name for check in verdict.checks if check.passed} - RIGHT
        assert not gained, kind
