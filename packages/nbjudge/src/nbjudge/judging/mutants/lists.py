"""Nodes and lists of them, with one thing changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)
T = TypeVar("T")


def with_fields(node: N, **fields: object) -> N:
    """The node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def dropped(items: Sequence[T]) -> Iterator[list[T]]:
    """The items without one of them."""
    for at in range(len(items)):
        yield [*items[:at], *items[at + 1 :]]


def swapped(items: Sequence[T]) -> Iterator[list[T]]:
    """The items with two of them changed over."""
    for first in range(len(items)):
        for second in range(first + 1, len(items)):
            new = list(items)
            new[first], new[second] = new[second], new[first]
            yield new


def replaced(items: Sequence[T], at: int, new: T) -> list[T]:
    return [*items[:at], new, *items[at + 1 :]]
