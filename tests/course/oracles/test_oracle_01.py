"""The reference solutions of lesson 01 against PyTorch's own softmax and fused attention."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from nbjudge import Course, reference_object

B, H, LQ, LK, DK, DV = 2, 3, 5, 7, 4, 6
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
MASKS = [(LK,), (LQ, LK), (B, 1, 1, LK), (B, 1, LQ, LK), (B, H, LQ, LK)]


def solution(name):
    return reference_object(Course().exercise(name))


def inputs(dtype=torch.float64, lead=(B, H), seed=1):
    generator = torch.Generator().manual_seed(seed)
    shapes = (LQ, DK), (LK, DK), (LK, DV)
    return [torch.randn(*lead, *shape, dtype=dtype, generator=generator) for shape in shapes]


def some_mask(shape, seed=2):
    """A random mask, with at least one key for every query."""
    mask = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.6
    mask[..., 0] = True
    return mask


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_a_soft_lookup_is_fused_attention_for_one_query(dtype, size):
    query, keys, values = (x.numpy().astype(dtype) for x in inputs(lead=()))
    found = solution("soft_lookup")(query[0] * dtype(size), keys, values)
    wanted = F.scaled_dot_product_attention(*map(torch.from_numpy, (query[:1] * dtype(size), keys, values)))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted[0].numpy(), atol=1e-5 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("lead", [(), (B,), (B, H)])
def test_scores_are_those_under_the_fused_attention(lead, dtype):
    query, key, _ = inputs(dtype, lead)
    rows = torch.eye(LK, dtype=dtype).expand(*lead, LK, LK)
    weights = F.scaled_dot_product_attention(query, key, rows)
    found = solution("attention_scores")(query, key)
    torch.testing.assert_close(found.softmax(-1), weights, rtol=0, atol=TOLERANCE[dtype])
    product = torch.baddbmm(
        torch.zeros(1, dtype=dtype),
        query.reshape(-1, LQ, DK),
        key.reshape(-1, LK, DK).mT,
        alpha=DK**-0.5,
    )
    torch.testing.assert_close(found, product.reshape(found.shape), rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_weights_without_a_mask_are_the_softmax(dtype):
    scores = 3 * inputs(dtype)[0]
    found = solution("attention_weights")(scores)
    torch.testing.assert_close(found, F.softmax(scores, dim=-1), rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("shape", MASKS)
def test_masked_weights_are_the_softmax_of_minus_infinity(shape):
    scores, mask = torch.randn(B, H, LQ, LK), some_mask(shape)
    wanted = F.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
    torch.testing.assert_close(solution("attention_weights")(scores, mask), wanted, rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", [None, *MASKS])
@pytest.mark.parametrize("size", [1.0, 30.0])
def test_attention_is_the_fused_one(shape, dtype, size):
    query, key, value = inputs(dtype)
    query, key = size * query, size * key
    mask = None if shape is None else some_mask(shape)
    output, weights = solution("scaled_dot_product_attention")(query, key, value, mask)
    # PyTorch's own function takes no mask of a single dimension.
    mask = None if shape is None else mask.broadcast_to(B, H, LQ, LK)
    wanted = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    rows = torch.eye(LK, dtype=dtype).expand(B, H, LK, LK)
    wanted_weights = F.scaled_dot_product_attention(query, key, rows, attn_mask=mask)
    # Products of size 900 lose three digits of float32.
    atol = TOLERANCE[dtype] * size
    torch.testing.assert_close(output, wanted, rtol=0, atol=atol)
    torch.testing.assert_close(weights, wanted_weights, rtol=0, atol=atol)


def test_gradients_are_those_of_the_fused_attention():
    mask = some_mask((B, H, LQ, LK))
    cotangent = torch.randn(B, H, LQ, DV, dtype=torch.float64)
    found, wanted = [x.requires_grad_() for x in inputs()], [x.requires_grad_() for x in inputs()]
    solution("scaled_dot_product_attention")(*found, mask)[0].backward(cotangent)
    F.scaled_dot_product_attention(*wanted, attn_mask=mask).backward(cotangent)
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=0, atol=1e-12)


def test_a_query_that_may_attend_to_nothing():
    given = [x.requires_grad_() for x in inputs()]
    mask = some_mask((B, 1, LQ, LK))
    mask[1, 0, 2] = False
    output, weights = solution("scaled_dot_product_attention")(*given, mask)
    assert not output[1, :, 2].any() and not weights[1, :, 2].any()
    wanted = F.scaled_dot_product_attention(*given, attn_mask=mask)
    torch.testing.assert_close(output, wanted, rtol=0, atol=1e-12)
    (output.sum() + weights.square().sum()).backward()
    assert all(x.grad.isfinite().all() for x in given)
