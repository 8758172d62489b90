"""The reference solutions of lesson 02 against PyTorch's own multi-head attention, with the weights carried over."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

B, H, LQ, LK, D = 2, 3, 5, 7, 12
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
MASKS = [(LK,), (LQ, LK), (1, LQ, LK), (B, 1, LK), (B, LQ, LK)]


def solution(name):
    return reference_object(Course().exercise(name))


def pair(d_model=D, num_heads=H, dtype=torch.float64):
    """The reference and PyTorch's layer, with the same random weights."""
    torch.manual_seed(1)
    ours = solution("multi_head_attention")(d_model, num_heads).to(dtype)
    theirs = nn.MultiheadAttention(d_model, num_heads, batch_first=True, dtype=dtype)
    with torch.no_grad():
        for parameter in ours.parameters():
            parameter.copy_(torch.randn_like(parameter) / parameter.shape[-1] ** 0.25)
        three = ours.query_proj, ours.key_proj, ours.value_proj
        theirs.in_proj_weight.copy_(torch.cat([projection.weight for projection in three]))
        theirs.in_proj_bias.copy_(torch.cat([projection.bias for projection in three]))
        theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    return ours, theirs


def inputs(d_model=D, dtype=torch.float64):
    torch.manual_seed(2)
    return [torch.randn(B, length, d_model, dtype=dtype) for length in (LQ, LK, LK)]


def some_mask(shape):
    """A random mask, with at least one key for every query."""
    torch.manual_seed(3)
    mask = torch.rand(shape) < 0.6
    mask[..., 0] = True
    return mask


def hidden(mask, num_heads=H):
    """The mask as PyTorch's layer reads it: True hides, and there is one for every head of every batch row."""
    return ~mask.broadcast_to(B, LQ, LK).repeat_interleave(num_heads, dim=0)


def close(found, wanted, dtype=torch.float64):
    torch.testing.assert_close(found, wanted, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("d_model", "num_heads"), [(D, H), (6, 1), (6, 6), (16, 4)])
def test_the_layer_is_pytorchs(d_model, num_heads, dtype):
    ours, theirs = pair(d_model, num_heads, dtype)
    given = inputs(d_model, dtype)
    wanted, wanted_weights = theirs(*given, average_attn_weights=False)
    output, weights = ours(*given)
    close(output, wanted, dtype)
    close(weights, wanted_weights, dtype)


@pytest.mark.parametrize("shape", MASKS)
def test_masks_are_pytorchs_inverted(shape):
    ours, theirs = pair()
    mask, given = some_mask(shape), inputs()
    wanted, wanted_weights = theirs(*given, attn_mask=hidden(mask), average_attn_weights=False)
    output, weights = ours(*given, mask)
    close(output, wanted)
    close(weights, wanted_weights)


def test_a_padding_mask_is_pytorchs_key_padding_mask():
    ours, theirs = pair()
    keep, given = some_mask((B, LK)), inputs()
    wanted, wanted_weights = theirs(*given, key_padding_mask=~keep, average_attn_weights=False)
    output, weights = ours(*given, keep[:, None])
    close(output, wanted)
    close(weights, wanted_weights)


def test_gradients_are_pytorchs():
    ours, theirs = pair()
    mask = some_mask((B, LQ, LK))
    found, wanted = [x.requires_grad_() for x in inputs()], [x.requires_grad_() for x in inputs()]
    cotangent = torch.randn(B, LQ, D, dtype=torch.float64)
    ours(*found, mask)[0].backward(cotangent)
    theirs(*wanted, attn_mask=hidden(mask))[0].backward(cotangent)
    for mine, other in zip(found, wanted, strict=True):
        close(mine.grad, other.grad)
    three = ours.query_proj, ours.key_proj, ours.value_proj
    close(torch.cat([projection.weight.grad for projection in three]), theirs.in_proj_weight.grad)
    close(torch.cat([projection.bias.grad for projection in three]), theirs.in_proj_bias.grad)
    close(ours.out_proj.weight.grad, theirs.out_proj.weight.grad)
    close(ours.out_proj.bias.grad, theirs.out_proj.bias.grad)


def test_a_query_that_may_attend_to_nothing():
    """PyTorch's layer gives NaN there, and the same as ours for every other query."""
    ours, theirs = pair()
    mask, given = some_mask((B, LQ, LK)), [x.requires_grad_() for x in inputs()]
    mask[1, 2] = False
    output, weights = ours(*given, mask)
    close(output[1, 2], ours.out_proj.bias)
    assert not weights[1, :, 2].any()
    wanted, _ = theirs(*given, attn_mask=hidden(mask))
    others = mask.any(dim=-1)
    assert wanted[~others].isnan().all()
    close(output[others], wanted[others])
    (output.square().sum() + weights.square().sum()).backward()
    assert all(x.grad.isfinite().all() for x in [*given, *ours.parameters()])


def test_names_are_those_of_the_curriculum():
    shapes = {name: tuple(value.shape) for name, value in pair()[0].state_dict().items()}
    names = "query_proj", "key_proj", "value_proj", "out_proj"
    assert shapes == {f"{name}.{kind}": size for name in names for kind, size in (("weight", (D, D)), ("bias", (D,)))}


@pytest.mark.parametrize(("d_model", "num_heads"), [(10, 3), (4, 8)])
def test_an_uneven_share_is_an_error(d_model, num_heads):
    with pytest.raises(ValueError, match=str(num_heads)):
        solution("multi_head_attention")(d_model, num_heads)
    with pytest.raises(ValueError, match=str(num_heads)):
        solution("split_heads")(torch.ones(B, LQ, d_model), num_heads)


@pytest.mark.parametrize(("length", "num_heads", "size"), [(LQ, H, 4), (4, 4, 3), (1, 6, 1), (5, 1, 2)])
def test_splitting_is_chunking_and_merging_undoes_it(length, num_heads, size):
    x = torch.randn(B, length, num_heads * size)
    split = solution("split_heads")(x, num_heads)
    assert torch.equal(split, torch.stack(torch.chunk(x, num_heads, dim=-1), dim=1))
    assert torch.equal(solution("merge_heads")(split), x)
    heads = torch.randn(B, num_heads, length, size)
    assert torch.equal(solution("merge_heads")(heads), torch.cat(heads.unbind(1), dim=-1))
