"""Two wrong answers are merged token by token, with a third one between them."""

from __future__ import annotations

import ast

from nbjudge.judging.merge import merged, plain

RIGHT = """
def scale(x, axis=-1):
    largest = x.max(axis)
    return (x - largest) / x.std(axis)
"""


def with_change(was: str, now: str, source: str = RIGHT) -> str:
    assert was in source
    return source.replace(was, now)


NO_MAXIMUM = with_change("(x - largest)", "x")
VARIANCE = with_change("x.std(axis)", "x.var(axis)")
FIRST_AXIS = with_change("axis=-1", "axis=0")


def test_two_mistakes_in_one_line_go_together():
    both = with_change("x.std(axis)", "x.var(axis)", NO_MAXIMUM)
    assert merged(NO_MAXIMUM, VARIANCE, [RIGHT]) == plain(both)


def test_where_they_are_in_each_others_way_the_second_gives_way():
    two = with_change("axis=-1", "axis=0", VARIANCE)
    other = with_change("x.std(axis)", "x.abs(axis)", FIRST_AXIS)
    assert merged(VARIANCE, other, [RIGHT]) == plain(two)
    assert merged(other, VARIANCE, [RIGHT]) is None  # nothing is left of the second


def test_the_mistake_of_the_third_one_goes():
    third = with_change("x.max(axis)", "x.min(axis)")
    both = with_change("axis=-1", "axis=0", VARIANCE)
    assert merged(VARIANCE, FIRST_AXIS, [third]) == plain(both)


def test_what_says_nothing_of_answers_is_no_change():
    told = '"""Advice."""\n\n' + with_change(
        "def scale(x, axis=-1):", 'def scale(x: Tensor, axis: int = 0) -> Tensor:\n    """Scale."""  # so\n'
    )
    both = with_change("axis=-1", "axis=0", VARIANCE)
    assert merged(told, VARIANCE, [RIGHT]) == plain(both)


def test_what_is_merged_is_python():
    opened = with_change("(x - largest) / x.std(axis)", "((x - largest) / x.std(axis)).abs()")
    for first, second in ((opened, NO_MAXIMUM), (NO_MAXIMUM, opened)):
        both = merged(first, second, [RIGHT])
        assert both is None or ast.parse(both)
