"""Lesson 05: the reference solutions agree with PyTorch's own GELU and feed-forward block."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

# The GELU in exact and in float32 arithmetic; the block of nn.TransformerEncoderLayer in float64 and float32.
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


@pytest.fixture(scope="module")
def course():
    return Course()


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_gelu_is_the_functional_gelu(course, dtype):
    gelu = reference_object(course.exercise("gelu"))
    generator = torch.Generator().manual_seed(5)
    for scale in (1, 5, 1e4):
        x = (scale * torch.randn(3, 40, 7, generator=generator, dtype=dtype)).requires_grad_()
        assert torch.allclose(gelu(x), nn.functional.gelu(x), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
        cotangent = torch.randn(x.shape, generator=generator, dtype=dtype)
        (ours,) = torch.autograd.grad(gelu(x), x, cotangent)
        (theirs,) = torch.autograd.grad(nn.functional.gelu(x), x, cotangent)
        assert torch.allclose(ours, theirs, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_feed_forward_is_the_block_of_the_encoder_layer(course, activation, dtype):
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(
        6, 2, dim_feedforward=11, dropout=0.0, activation=activation, batch_first=True, dtype=dtype
    )
    network = reference_object(course.exercise("feed_forward"))(6, 11, activation=activation).to(dtype)
    names = {"linear_in": layer.linear1, "linear_out": layer.linear2}
    with torch.no_grad():
        for name, theirs in names.items():
            theirs.bias.normal_()
            network.get_submodule(name).load_state_dict(theirs.state_dict())
    ours, theirs = (torch.randn(3, 5, 6, dtype=dtype, generator=torch.Generator().manual_seed(1)) for _ in range(2))
    ours.requires_grad_(), theirs.requires_grad_()
    seen, wanted = network(ours), layer._ff_block(theirs)
    assert torch.allclose(seen, wanted, rtol=0, atol=TOLERANCE[dtype])
    cotangent = torch.randn(seen.shape, dtype=dtype)
    seen.backward(cotangent)
    wanted.backward(cotangent)
    assert torch.allclose(ours.grad, theirs.grad, rtol=0, atol=TOLERANCE[dtype])
    for name, module in names.items():
        for parameter, other in zip(network.get_submodule(name).parameters(), module.parameters(), strict=True):
            assert torch.allclose(parameter.grad, other.grad, rtol=0, atol=TOLERANCE[dtype])


def test_dropout_is_that_of_the_block(course):
    """The same hidden numbers are dropped for the same random state: dropout sits after the activation."""
    layer = nn.TransformerEncoderLayer(6, 2, dim_feedforward=11, dropout=0.5, batch_first=True)
    network = reference_object(course.exercise("feed_forward"))(6, 11, dropout=0.5)
    network.linear_in.load_state_dict(layer.linear1.state_dict())
    network.linear_out.load_state_dict(layer.linear2.state_dict())
    layer.dropout2 = nn.Identity()
    x = torch.randn(3, 5, 6)
    torch.manual_seed(9)
    seen = network(x)
    torch.manual_seed(9)
    assert torch.allclose(seen, layer._ff_block(x), atol=1e-6)
    network.eval()
    layer.eval()
    assert torch.allclose(network(x), layer._ff_block(x), atol=1e-6)
