"""Lesson 08 against PyTorch's own multi-head attention, with keys and values from another sequence."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

B, QUERIES, KEYS, D, H = 3, 5, 7, 12, 3


@pytest.fixture(scope="module")
def course():
    return Course()


def random_layer(course):
    layer = reference_object(course.exercise("cross_attention"))(D, H).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn_like(parameter) / parameter.shape[-1] ** 0.25)
    return layer


def oracle_of(layer):
    """nn.MultiheadAttention with the weights of ours."""
    state, names = layer.attention.state_dict(), ("query_proj", "key_proj", "value_proj")
    oracle = nn.MultiheadAttention(D, H, batch_first=True, dtype=torch.float64)
    fused = {f"in_proj_{kind}": torch.cat([state[f"{name}.{kind}"] for name in names]) for kind in ("weight", "bias")}
    oracle.load_state_dict(fused | {f"out_proj.{kind}": state[f"out_proj.{kind}"] for kind in ("weight", "bias")})
    return oracle


@pytest.fixture
def words():
    """Which words of each source sentence are there, and which are padding."""
    words = torch.ones(B, KEYS, dtype=torch.bool)
    words[1, 4:] = words[2, 1:] = False
    return words


@pytest.mark.parametrize("padded", [False, True])
def test_cross_attention(course, words, padded):
    torch.manual_seed(8)
    layer = random_layer(course)
    x, memory = (torch.randn(B, n, D, dtype=torch.float64, requires_grad=True) for n in (QUERIES, KEYS))
    seen = layer(x, memory, words[:, None] if padded else None)
    wanted = oracle_of(layer)(
        x, memory, memory, key_padding_mask=~words if padded else None, average_attn_weights=False
    )
    cotangent = torch.randn_like(x)
    gradients = [torch.autograd.grad(result[0], (x, memory), cotangent) for result in (seen, wanted)]
    for ours, theirs in (*zip(seen, wanted, strict=True), *zip(*gradients, strict=True)):
        torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=1e-9)


def test_alignment(course):
    torch.manual_seed(8)
    layer, x, memory = random_layer(course), *(torch.randn(B, n, D, dtype=torch.float64) for n in (QUERIES, KEYS))
    with torch.no_grad():
        _, each = layer(x, memory)
        _, averaged = oracle_of(layer)(x, memory, memory)  # PyTorch's default is the average over heads
    found = reference_object(course.exercise("alignment"))(each)
    assert found.dtype == torch.long
    assert torch.equal(found, averaged.argmax(-1))
