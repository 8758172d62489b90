"""Lessons 01 and 02: attention against what the formulas say and what PyTorch's own modules give."""

import numpy as np
import pytest
import torch
from attnkit import parts
from torch import nn

LEADS = [(), (2,), (2, 3), (2, 1, 3)]
MASKS = [(7,), (1, 7), (5, 1), (5, 7), (3, 1, 7), (3, 5, 7), (2, 3, 5, 7), (2, 1, 1, 7)]


def tensors(lead=(2, 3), dtype=torch.float64):
    """Queries, keys and values of pairwise different sizes."""
    return [torch.randn(*lead, *size, dtype=dtype, requires_grad=True) for size in ((5, 4), (7, 4), (7, 3))]


def assert_equal_to_rounding(result, expected):
    """As near as float64 allows: no part of the way may have been float32."""
    torch.testing.assert_close(result, expected, atol=1e-13, rtol=1e-12)


def plain_weights(scores, mask):
    """The definition, written out."""
    exponentials = scores.sub(scores.amax(-1, keepdim=True)).exp() * mask
    return torch.nan_to_num(exponentials / exponentials.sum(-1, keepdim=True))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("lead", LEADS)
def test_scores_are_scaled_dot_products(lead, dtype):
    query, key, _ = tensors(lead, dtype)
    scores = parts.attention_scores(query, key)
    tolerance = 20 * torch.finfo(dtype).eps
    torch.testing.assert_close(
        scores, torch.einsum("...qd,...kd->...qk", query, key) / 2, atol=tolerance, rtol=tolerance
    )
    assert scores.is_contiguous()


def test_scores_broadcast_and_differentiate():
    query, key, _ = tensors()
    scores = parts.attention_scores(query[:1], key[:, :1])
    torch.testing.assert_close(scores, query[:1] @ key[:, :1].mT / 2)
    assert torch.autograd.gradcheck(parts.attention_scores, (query, key))


def test_scores_refuse_different_features():
    with pytest.raises(ValueError, match="4 features"):
        parts.attention_scores(torch.ones(5, 4), torch.ones(7, 3))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("lead", LEADS)
def test_weights_without_mask_are_the_softmax(lead, dtype):
    scores = torch.randn(*lead, 5, 7, dtype=dtype)
    before = scores.clone()
    torch.testing.assert_close(parts.attention_weights(scores), scores.softmax(-1))
    assert torch.equal(scores, before)


@pytest.mark.parametrize("shape", MASKS)
def test_weights_with_masks_of_every_shape(shape):
    scores, mask = torch.randn(2, 3, 5, 7, dtype=torch.float64), torch.rand(shape) > 0.4
    assert_equal_to_rounding(parts.attention_weights(scores, mask), plain_weights(scores, mask))


@pytest.mark.parametrize("train", [True, False])
def test_a_query_that_may_attend_to_nothing(train):
    query, key, value = tensors()
    mask = torch.rand(5, 7) > 0.4
    mask[2] = False
    with torch.set_grad_enabled(train):
        weights = parts.attention_weights(parts.attention_scores(query, key), mask)
        output, same = parts.scaled_dot_product_attention(query, key, value, mask)
    assert not weights[..., 2, :].any() and not output[..., 2, :].any()
    torch.testing.assert_close(weights, same)
    torch.testing.assert_close(weights.sum(-1)[..., mask.any(-1)], torch.ones(2, 3, 4).double())


def test_gradients_are_right_and_finite_where_nothing_is_attended():
    query, key, value = tensors((2,))
    mask = torch.rand(2, 5, 7) > 0.4
    mask[:, 2] = False
    scores = torch.randn(2, 5, 7, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda s: parts.attention_weights(s, mask), scores)
    assert torch.autograd.gradcheck(lambda *qkv: parts.scaled_dot_product_attention(*qkv, mask), (query, key, value))


def test_gradients_are_as_exact_as_the_dtype():
    inputs, mask = tensors(), torch.rand(2, 3, 5, 7) > 0.4
    cotangents = torch.randn(2, 3, 5, 3).double(), torch.randn(2, 3, 5, 7).double()
    weights = plain_weights(inputs[0] @ inputs[1].mT / 2, mask)
    expected = torch.autograd.grad((weights @ inputs[2], weights), inputs, cotangents)
    outputs = parts.scaled_dot_product_attention(*inputs, mask)
    for gradient, other in zip(torch.autograd.grad(outputs, inputs, cotangents), expected, strict=True):
        assert_equal_to_rounding(gradient, other)


@pytest.mark.parametrize("size", [1e4, -1e4, 1e30])
def test_large_scores_masked_or_not(size):
    scores = torch.tensor([[0.0, 1.0, size], [size, size, size]], dtype=torch.float64)
    mask = torch.tensor([True, True, False])
    torch.testing.assert_close(parts.attention_weights(scores, mask)[0, :2], torch.softmax(scores[0, :2], -1))
    assert (parts.attention_weights(scores, mask)[:, 2] == 0).all()
    torch.testing.assert_close(parts.attention_weights(scores), scores.softmax(-1))


def test_scores_of_minus_infinity():
    scores = torch.tensor([[0.0, -torch.inf, 1.0]])
    torch.testing.assert_close(parts.attention_weights(scores), scores.softmax(-1))


@pytest.mark.parametrize("lead", LEADS)
def test_attention_is_the_weighted_mean(lead):
    query, key, value = tensors(lead)
    output, weights = parts.scaled_dot_product_attention(query, key, value)
    assert_equal_to_rounding(weights, torch.softmax(query @ key.mT / 2, -1))
    assert_equal_to_rounding(output, weights @ value)


@pytest.mark.parametrize("shape", MASKS)
def test_attention_with_masks_of_every_shape(shape):
    query, key, value = tensors()
    mask = torch.rand(shape) > 0.4
    output, weights = parts.scaled_dot_product_attention(query, key, value, mask)
    assert_equal_to_rounding(weights, plain_weights(query @ key.mT / 2, mask))
    assert_equal_to_rounding(output, weights @ value)


@pytest.mark.parametrize(
    ("mask", "message"), [(torch.ones(5, 7), "boolean"), (torch.ones(4, 7, dtype=torch.bool), "broadcast")]
)
def test_masks_that_cannot_work(mask, message):
    query, key, value = tensors()
    with pytest.raises(ValueError, match=message):
        parts.attention_weights(query @ key.mT, mask)
    with pytest.raises(ValueError, match=message):
        parts.scaled_dot_product_attention(query, key, value, mask)
    attention, x = parts.MultiHeadAttention(6, 2), torch.randn(3, 5, 6)
    with pytest.raises(ValueError, match=message):
        attention(x, torch.randn(3, 7, 6), torch.randn(3, 7, 6), mask)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_soft_lookup(dtype):
    random = np.random.default_rng(3)
    query, keys, values = (random.normal(size=size).astype(dtype) for size in ((4,), (7, 4), (7, 3)))
    weights = np.exp(keys @ query / 2)
    result = parts.soft_lookup(query, keys, values)
    np.testing.assert_allclose(result, weights / weights.sum() @ values, rtol=1e-5)
    assert result.dtype == dtype
    huge = parts.soft_lookup(1e4 * query, keys, values)
    np.testing.assert_allclose(huge, values[np.argmax(keys @ query)], rtol=1e-6)


def test_split_and_merge_heads():
    x = torch.arange(2 * 5 * 12.0).reshape(2, 5, 12)
    split = parts.split_heads(x, 3)
    assert split.shape == (2, 3, 5, 4)
    for head in range(3):
        assert torch.equal(split[:, head], x[:, :, 4 * head : 4 * head + 4])
    assert torch.equal(parts.merge_heads(split), x)
    assert torch.equal(parts.merge_heads(split.mT.contiguous().mT), x)
    assert torch.equal(parts.split_heads(x, 1)[:, 0], x)
    assert torch.equal(parts.split_heads(x.int(), 12), x.int().view(2, 5, 12, 1).transpose(1, 2))


@pytest.mark.parametrize("num_heads", [5, 0, -2, 24])
def test_heads_that_do_not_divide(num_heads):
    with pytest.raises(ValueError, match="divisible"):
        parts.split_heads(torch.ones(2, 5, 12), num_heads)
    with pytest.raises(ValueError, match="divisible"):
        parts.MultiHeadAttention(12, num_heads)


def torch_attention(ours):
    """PyTorch's own module with the weights of ours."""
    theirs = nn.MultiheadAttention(12, 3, batch_first=True, dtype=torch.float64)
    projections = ours.query_proj, ours.key_proj, ours.value_proj
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([projection.weight for projection in projections]))
        theirs.in_proj_bias.copy_(torch.cat([projection.bias for projection in projections]))
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    return theirs


@pytest.mark.parametrize("shape", [None, (7,), (1, 7), (5, 1), (5, 7), (2, 1, 7), (2, 5, 7), (1, 5, 7)])
def test_multi_head_attention_agrees_with_pytorch(randomise, shape):
    ours = randomise(parts.MultiHeadAttention(12, 3).double())
    query, key, value = (torch.randn(2, length, 12, dtype=torch.float64) for length in (5, 7, 7))
    mask, blocked = None, None
    if shape:
        mask = torch.rand(shape) > 0.3
        mask |= ~mask.any(-1, keepdim=True)
        blocked = ~mask.expand(2, 5, 7).repeat_interleave(3, 0)
    expected = torch_attention(ours)(query, key, value, attn_mask=blocked, average_attn_weights=False)
    for result, other in zip(ours(query, key, value, mask), expected, strict=True):
        torch.testing.assert_close(result, other)


def test_multi_head_attention_to_nothing(randomise):
    attention = randomise(parts.MultiHeadAttention(12, 3))
    x = torch.randn(2, 5, 12, requires_grad=True)
    mask = torch.rand(2, 5, 5) > 0.4
    mask[0, 1] = False
    output, weights = attention(x, x, x, mask)
    assert torch.equal(output[0, 1], attention.out_proj.bias)
    assert not weights[0, :, 1].any()
    (output * torch.randn_like(output)).sum().backward()
    assert all(p.grad.isfinite().all() for p in [x, *attention.parameters()])
    assert [name for name, _ in attention.named_children()] == [
        "query_proj",
        "key_proj",
        "value_proj",
        "out_proj",
    ]
