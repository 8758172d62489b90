"""Lesson 07 against PyTorch's own masks and its own multi-head attention."""

import pytest
import torch
from nbjudge import Course, reference_object
from torch import nn

B, L, D, H, PAD = 3, 7, 12, 3, 4


@pytest.fixture(scope="module")
def course():
    return Course()


@pytest.fixture
def tokens():
    """Sentences with padding; none begins with it, for PyTorch gives NaN to a row that sees nothing."""
    torch.manual_seed(7)
    tokens = torch.randint(5, 50, (B, L))
    tokens[1, 4:] = tokens[2, 1:] = tokens[0, 3] = PAD
    return tokens


@pytest.mark.parametrize("length", [1, 2, 7])
def test_causal_mask(course, length):
    hidden = nn.Transformer.generate_square_subsequent_mask(length)
    assert torch.equal(reference_object(course.exercise("causal_mask"))(length), hidden == 0)


def test_padding_mask(course, tokens):
    mask = reference_object(course.exercise("padding_mask"))(tokens, pad_id=PAD)
    assert mask.shape == (B, 1, L)
    # What the mask leaves is what PyTorch's embedding takes no gradient from.
    embedding = nn.Embedding(50, 2, padding_idx=PAD)
    embedding(tokens).sum().backward()
    words = embedding.weight.grad[:, 0].bool()
    assert torch.equal(mask[:, 0], words[tokens])


def with_torch(layer, x, tokens=None):
    """Output and weights of nn.MultiheadAttention, with the weights of ours and both of its kinds of mask."""
    state, names = layer.attention.state_dict(), ("query_proj", "key_proj", "value_proj")
    oracle = nn.MultiheadAttention(D, H, batch_first=True, dtype=x.dtype)
    oracle.load_state_dict(
        {f"in_proj_{kind}": torch.cat([state[f"{name}.{kind}"] for name in names]) for kind in ("weight", "bias")}
        | {f"out_proj.{kind}": state[f"out_proj.{kind}"] for kind in ("weight", "bias")}
    )
    hidden = nn.Transformer.generate_square_subsequent_mask(L, dtype=x.dtype).isinf()
    padding = None if tokens is None else tokens == PAD
    return oracle(x, x, x, attn_mask=hidden, key_padding_mask=padding, average_attn_weights=False)


def random_layer(course):
    layer = reference_object(course.exercise("masked_self_attention"))(D, H).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn_like(parameter) / parameter.shape[-1] ** 0.25)
    return layer


@pytest.mark.parametrize("padded", [False, True])
def test_masked_self_attention(course, tokens, padded):
    layer, x = random_layer(course), torch.randn(B, L, D, dtype=torch.float64, requires_grad=True)
    padding = reference_object(course.exercise("padding_mask"))(tokens, PAD) if padded else None
    seen, wanted = layer(x, padding), with_torch(layer, x, tokens if padded else None)
    cotangent = torch.randn_like(x)
    gradients = [torch.autograd.grad(result[0], x, cotangent)[0] for result in (seen, wanted)]
    for ours, theirs in (*zip(seen, wanted, strict=True), gradients):
        torch.testing.assert_close(ours, theirs, atol=1e-12, rtol=1e-9)


def test_decoder_mask_is_what_the_layer_applies(course, tokens):
    layer, x = random_layer(course), torch.randn(B, L, D, dtype=torch.float64)
    _, weights = with_torch(layer, x, tokens)
    mask = reference_object(course.exercise("decoder_mask"))(tokens, PAD)
    assert torch.equal(mask, (weights > 0).all(dim=1))
