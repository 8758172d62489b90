"""Lesson 10 against PyTorch's own linear layer, softmax and log-softmax."""

import numpy as np
import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

B, L, D, V = 2, 5, 4, 7
DTYPES = (torch.float32, torch.float64)


@pytest.fixture(scope="module")
def course():
    return Course()


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(10)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("lead", [(), (B,), (B, L, 3)])
def test_linear(course, lead, bias, dtype):
    ours, oracle = reference_object(course.exercise("linear"))(D, V, bias=bias), nn.Linear(D, V, bias=bias)
    assert {k: v.shape for k, v in ours.state_dict().items()} == {k: v.shape for k, v in oracle.state_dict().items()}
    ours.load_state_dict(oracle.state_dict())
    x = torch.randn(*lead, D, dtype=dtype, requires_grad=True)
    seen, wanted = ours.to(dtype)(x), oracle.to(dtype)(x)
    torch.testing.assert_close(seen, wanted)
    cotangent = torch.randn_like(wanted)
    for found in zip(
        torch.autograd.grad(seen, [x, *ours.parameters()], cotangent),
        torch.autograd.grad(wanted, [x, *oracle.parameters()], cotangent),
        strict=True,
    ):
        torch.testing.assert_close(*found)


def logits(dtype):
    """Ordinary logits, logits far apart, logits far from 0, and some that are -inf."""
    ordinary = torch.randn(3, B, L, V, dtype=dtype)
    forbidden = ordinary[0].clone()
    forbidden[0, 0, 2] = forbidden[0, 3, 1:] = forbidden[1, 1:4, 0] = -torch.inf
    return [*ordinary[:1], 1e4 * ordinary[1], ordinary[2] - 1e4, forbidden]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_and_log_softmax(course, axis, dtype):
    softmax, log_softmax = (reference_object(course.exercise(name)) for name in ("softmax", "log_softmax"))
    for given in logits(dtype):
        for temperature in (1.0, 0.5, 4.0):
            seen = torch.from_numpy(softmax(given.numpy(), axis, temperature))
            torch.testing.assert_close(seen, torch.softmax(given / temperature, axis))
        seen = torch.from_numpy(log_softmax(given.numpy(), axis))
        torch.testing.assert_close(seen, torch.log_softmax(given, axis))
    assert np.isfinite(log_softmax(np.array([0.0, -1e4]))).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_output_head(course, dtype):
    embedding = nn.Embedding(V, D, dtype=dtype)
    head, hidden = reference_object(course.exercise("output_head"))(D, V, embedding), torch.randn(B, L, D, dtype=dtype)
    assert head.proj.weight is embedding.weight
    wanted = nn.functional.linear(hidden, embedding.weight)
    torch.testing.assert_close(head.logits(hidden), wanted)
    torch.testing.assert_close(head(hidden, temperature=0.5), nn.Softmax(dim=-1)(wanted / 0.5))
    assert list(head.state_dict()) == ["proj.weight"]
