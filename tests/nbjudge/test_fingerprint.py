"""Answers are alike where they agree but for the order of the arithmetic, and in no other case."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from nbjudge.judging.fingerprint import fingerprint


def alike(a: object, b: object) -> bool:
    return fingerprint([a]).alike(fingerprint([b]))


def values(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [1, 3, 50, 20_000])
def test_another_order_of_the_same_sum(size):
    terms = values(7, size)
    assert alike(terms.sum(0), terms.flip(0).cumsum(0)[-1])


@pytest.mark.parametrize("size", [1, 3, 50, 20_000])
@pytest.mark.parametrize("other", [lambda x: x * 1.01, lambda x: -x, lambda x: x + 0.01, lambda x: x.double()])
def test_other_numbers(size, other):
    assert not alike(values(size), other(values(size)))


@pytest.mark.parametrize("size", [3, 50, 2_000])
def test_one_entry_that_differs(size):
    a, b = values(size), values(size)
    b[1] += 0.01
    assert not alike(a, b)


def test_numbers_in_other_places():
    assert not alike(values(6, 10), values(6, 10).flip(0))
    assert not alike(values(6, 10), values(6, 10).reshape(10, 6))
    assert not alike({"a": values(9), "b": values(9, seed=1)}, {"a": values(9, seed=1), "b": values(9)})
    assert not alike([values(9), -values(9)], [values(9) * 0, values(9) * 0])


def test_one_gradient_of_many():
    gradients = {str(i): values(40, seed=i) for i in range(100)}
    assert alike(gradients, {**gradients, "7": gradients["7"] * (1 + 1e-7)})
    assert not alike(gradients, {**gradients, "7": gradients["7"] * 1.1})
    assert not alike(gradients, {**gradients, "7": None})


def test_what_is_not_finite_counts_by_its_place():
    a, b = torch.tensor([1.0, torch.nan, 2.0]), torch.tensor([1.0, 2.0, torch.nan])
    assert alike(a, a.clone())
    assert not alike(a, b)
    assert not alike(torch.tensor(torch.inf), torch.tensor(-torch.inf))
    assert alike(np.full(9, 1e300), np.full(9, 1e300))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (True, 1),
        ("ab", "ba"),
        ((1, 2), [1, 2]),
        (np.float32(1), torch.tensor(1.0)),
        (torch.tensor([1, 2]), torch.tensor([1, 3])),
        (np.float32(1), np.float64(1)),
        (None, "None"),
        (("ValueError", "no"), ("TypeError", "no")),
    ],
)
def test_kinds_and_exact_values(a, b):
    assert alike(a, a)
    assert not alike(a, b)


def test_errors_show_no_values():
    assert not fingerprint([("ValueError", "no")]).shows_values
    assert fingerprint([("ValueError", "no"), 1.0]).shows_values
