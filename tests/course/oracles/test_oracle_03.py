"""Lesson 03 against PyTorch's own encoder layer, whose norms are taken out, and its own Jacobians."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

B, L, D, H, F = 3, 5, 12, 4, 20


@pytest.fixture
def residual():
    return reference_object(Course().exercise("residual"))


@pytest.fixture
def gradient_at_input():
    return reference_object(Course().exercise("gradient_at_input"))


def bare_layer(dropout=0.0):
    """An encoder layer of PyTorch's with two residual connections and nothing else around its sublayers."""
    torch.manual_seed(3)
    layer = nn.TransformerEncoderLayer(D, H, F, dropout, batch_first=True, dtype=torch.float64)
    layer.norm1, layer.norm2 = nn.Identity(), nn.Identity()
    return layer


def test_two_connections_are_an_encoder_layer_without_norms(residual):
    oracle = bare_layer()
    x = torch.randn(B, L, D, dtype=torch.float64)
    hidden = torch.rand(L, L).triu(1) > 0.5
    attention = residual(oracle.self_attn)
    network = residual(nn.Sequential(oracle.linear1, nn.ReLU(), oracle.linear2))
    found = network(attention(x, x, x, attn_mask=hidden))
    torch.testing.assert_close(found, oracle(x, src_mask=hidden), rtol=0, atol=1e-12)


def test_dropout_is_that_of_pytorch(residual):
    oracle = bare_layer(dropout=0.4)
    x = torch.randn(B, L, D, dtype=torch.float64)
    oracle.self_attn.dropout = 0.0  # the one inside the attention is not ours to place
    ours = residual(oracle.self_attn, 0.4)
    torch.manual_seed(11)
    wanted = x + oracle._sa_block(x, None, None)
    torch.manual_seed(11)
    torch.testing.assert_close(ours(x, x, x, need_weights=False), wanted, rtol=0, atol=1e-12)
    ours.eval()
    oracle.eval()
    torch.testing.assert_close(ours(x, x, x), x + oracle._sa_block(x, None, None), rtol=0, atol=1e-12)


@pytest.mark.parametrize("use_residual", [False, True])
def test_the_gradient_is_the_sum_of_the_rows_of_the_jacobian(gradient_at_input, residual, use_residual):
    torch.manual_seed(5)
    layers = [bare_layer(), nn.Tanh(), nn.Linear(D, D, dtype=torch.float64), nn.GELU()]
    x = torch.randn(B, L, D, dtype=torch.float64)
    whole = nn.Sequential(*map(residual, layers)) if use_residual else nn.Sequential(*layers)
    jacobian = torch.autograd.functional.jacobian(whole, x).reshape(x.numel(), x.numel())
    found = gradient_at_input(layers, x, use_residual)
    assert type(found) is float
    assert found == pytest.approx(float(torch.linalg.vector_norm(jacobian.sum(0))), rel=1e-12)


@pytest.mark.parametrize("use_residual", [False, True])
def test_the_gradient_agrees_with_differences(gradient_at_input, use_residual):
    torch.manual_seed(6)
    layers = [nn.Linear(4, 4, dtype=torch.float64), nn.Sigmoid(), nn.Linear(4, 4, dtype=torch.float64)]
    x = torch.randn(2, 4, dtype=torch.float64)

    def total(h):
        for layer in layers:
            h = h + layer(h) if use_residual else layer(h)
        return h.sum()

    steps = 1e-5 * torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)
    with torch.no_grad():
        slopes = torch.stack([(total(x + step) - total(x - step)) / 2e-5 for step in steps])
    assert gradient_at_input(layers, x, use_residual) == pytest.approx(float(slopes.norm()), rel=1e-8)
