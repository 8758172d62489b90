"""Lesson 04 against PyTorch's own layer norm, and against one half of its own encoder layer."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn
from torch.nn import functional

B, L, D, F = 3, 5, 12, 20


def reference(name):
    return reference_object(Course().exercise(name))


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(16)


@pytest.mark.parametrize(("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 0.1])
@pytest.mark.parametrize("lead", [(), (L,), (B, 2, L)])
def test_layer_norm(dtype, atol, eps, lead):
    x = (3 * torch.randn(*lead, D, dtype=dtype) + 1).requires_grad_()
    gamma, beta = (torch.randn(D, dtype=dtype).requires_grad_() for _ in range(2))
    ours = reference("layer_norm")(x, gamma, beta, eps)
    theirs = functional.layer_norm(x, (D,), gamma, beta, eps)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=atol)
    cotangent = torch.randn_like(x)
    for own, wanted in zip(
        torch.autograd.grad(ours, (x, gamma, beta), cotangent),
        torch.autograd.grad(theirs, (x, gamma, beta), cotangent),
        strict=True,
    ):
        torch.testing.assert_close(own, wanted, rtol=1e-5, atol=10 * atol)


def test_the_default_eps_is_that_of_pytorch():
    x, one, zero = 1e-3 * torch.randn(B, L, D), torch.ones(D), torch.zeros(D)
    theirs = nn.LayerNorm(D)(x)
    torch.testing.assert_close(reference("layer_norm")(x, one, zero), theirs, rtol=0, atol=1e-5)
    torch.testing.assert_close(reference("layer_norm_module")(D)(x), theirs, rtol=0, atol=1e-5)


def test_gradients_agree_with_differences():
    x, gamma, beta = (torch.randn(*shape, dtype=torch.float64) for shape in ((2, 4), (4,), (4,)))
    given = [tensor.requires_grad_() for tensor in (x, gamma, beta)]
    assert torch.autograd.gradcheck(reference("layer_norm"), given)


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_module(eps):
    oracle, ours = nn.LayerNorm(D, eps=eps), reference("layer_norm_module")(D, eps)
    # A new one of ours starts as a new one of theirs.
    torch.testing.assert_close(ours.gamma, oracle.weight)
    torch.testing.assert_close(ours.beta, oracle.bias)
    nn.init.normal_(oracle.weight)
    nn.init.normal_(oracle.bias)
    ours.load_state_dict({"gamma": oracle.weight, "beta": oracle.bias})
    x = 2 * torch.randn(B, L, D) - 1
    torch.testing.assert_close(ours(x), oracle(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_add_and_norm_is_half_an_encoder_layer(norm_first, dropout):
    oracle = nn.TransformerEncoderLayer(D, 4, F, dropout, batch_first=True, norm_first=norm_first, dtype=torch.float64)
    first, second = (reference("add_and_norm")(D, dropout, norm_first).double() for _ in range(2))
    for ours, theirs in ((first, oracle.norm1), (second, oracle.norm2)):
        nn.init.normal_(theirs.weight)
        nn.init.normal_(theirs.bias)
        ours.load_state_dict({"norm.gamma": theirs.weight, "norm.beta": theirs.bias})
    x = torch.randn(B, L, D, dtype=torch.float64)

    def attention(y):
        return oracle.self_attn(y, y, y, need_weights=False)[0]

    def network(y):
        return oracle.linear2(oracle.dropout(functional.relu(oracle.linear1(y))))

    torch.manual_seed(1)
    wanted = oracle(x)
    torch.manual_seed(1)
    torch.testing.assert_close(second(first(x, attention), network), wanted, rtol=0, atol=1e-12)
    for module in (oracle, first, second):
        module.eval()
    torch.testing.assert_close(second(first(x, attention), network), oracle(x), rtol=0, atol=1e-12)
