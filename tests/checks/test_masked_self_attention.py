"""Hidden checks of lesson 07, exercise masked_self_attention."""

from functools import partial

import torch
from nbjudge import (
    assert_close,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    pair,
    unpack,
)

# Batch, length, features, heads: no two alike, and D / H is none of them.
B, L, D, H = 3, 7, 12, 2
# Projections that make scores of order one. Nothing here depends on the mode, and one check asks for the other.
same_weights = partial(pair, scale=1.5, training=True)
READY_MADE = ["attnkit.parts.MaskedSelfAttention", "attnkit.parts.DecoderLayer", "attnkit.parts.Decoder"]


def padding(*lengths, longest=L):
    """The padding mask of sentences of these lengths."""
    return (torch.arange(longest) < torch.tensor(lengths)[:, None])[:, None]


def both(result):
    return unpack(result, "output", "weights")


def assert_alike(seen, wanted, case, atol=None):
    assert_close(both(seen)[1], wanted[1], atol=atol, what=f"the weights {case}")
    assert_close(seen[0], wanted[0], atol=atol, what=f"the output {case}")


@check(
    points=0.5,
    says="it returns (output, weights), (B, L, D) and (B, H, L, L), and leaves its inputs untouched",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H)
        layer.to(dtype)
        x, words = rng.normal(B, L, D, dtype=dtype), padding(7, 4, 2)
        for result in (both(layer(x)), both(layer(x, words))):
            assert_tensor(result[0], (B, L, D), dtype, what="the output")
            assert_tensor(result[1], (B, H, L, L), dtype, what="the weights")
        assert_untouched({"x": x, "padding": words}, lambda a=layer, x=x, m=words: a(x, m))


@check(points=0.25, says="the only parameters are those of `attention`, under that name")
def test_names(student, reference):
    assert_same_weights(student(D, H), reference(D, H), "the layer")


@check(points=1, says="without padding, position i attends to the positions up to i, and to nothing after it")
def test_causal(student, reference, rng):
    for dtype, atol in ((torch.float32, None), (torch.float64, 1e-6)):
        layer, ours = same_weights(student, reference, rng, D, H, dtype=dtype)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_alike(layer(x), ours(x), f"without padding ({str(dtype)[6:]})", atol)
        assert_alike(layer(x, None), ours(x), "where padding is None", atol)
        layer.eval()
        assert_alike(layer(x), ours(x), "in evaluation mode", atol)
        assert_alike(layer(x, padding(7, 4, 2)), ours(x, padding(7, 4, 2)), "in evaluation mode, with padding", atol)


@check(
    points=1,
    says="with padding, it attends neither to later positions nor to padding, each sentence by its own",
)
def test_padding(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    x = rng.normal(B, L, D)
    for lengths in ((7, 4, 2), (3, 7, 1), (7, 7, 7)):
        words = padding(*lengths)
        assert_alike(layer(x, words), ours(x, words), f"for sentences of lengths {lengths}")
    assert_alike(layer(x, padding=words), ours(x, words), "with padding given by name")
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    x, words = x.double(), padding(5, 2, 6)
    assert_alike(layer(x, words), ours(x, words), "in float64, with padding", 1e-6)


@check(
    points=0.5,
    says="a query that sees nothing but padding has weights 0, and the projection's bias as output",
)
def test_nothing_to_see(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    x, words = rng.normal(B, L, D), torch.ones(B, 1, L, dtype=torch.bool)
    words[0, 0, :3] = words[1, 0, 2] = words[2] = False
    output, weights = both(layer(x, words))
    assert_alike((output, weights), ours(x, words), "where padding comes first")
    assert_close(weights[0, :, :3], torch.zeros(H, 3, L), what="the weights of queries that may attend to nothing")
    bias = ours.attention.out_proj.bias.detach().expand(3, D)
    assert_close(output[0, :3], bias, what="the output of queries that may attend to nothing")
    x, words = rng.normal(B, 1, D), padding(1, 0, 1, longest=1)
    assert_alike(layer(x, words), ours(x, words), "for single positions, one of them padding")


@check(
    points=0.5,
    says="changing the future leaves the past as it was, and a prefix gets what it got in the whole",
)
def test_causality(student, reference, rng):
    layer, _ = same_weights(student, reference, rng, D, H)
    x, words = rng.normal(B, L, D), padding(7, 5, 6)
    for given in ((), (words,)):
        before, weights = both(layer(x, *given))
        for first in (1, 4, 6):
            changed = x.clone()
            changed[:, first:] = 3 * rng.normal(B, L - first, D)
            after = both(layer(changed, *given))[0]
            assert_same(after[:, :first], before[:, :first], what=f"the outputs before the change at {first}")
            part = both(layer(x[:, :first], *(m[..., :first] for m in given)))
            assert_same(part[0], before[:, :first], what=f"the output of the first {first} positions alone")
        expect(not weights.triu(1).any(), "no weight above the diagonal", "weight on later positions")


@check(
    points=0.5,
    says="gradients reach x and every parameter, but no output has a gradient for a later position",
)
def test_gradients(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    words = padding(7, 4, 5)
    words[1, 0, 0] = False
    inputs = {"x": rng.normal(B, L, D, dtype=torch.float64)}
    assert_same_gradients(layer, ours, inputs, rng, atol=1e-6)
    for module in (layer, ours):
        module.zero_grad()
    assert_same_gradients(lambda x: layer(x, words), lambda x: ours(x, words), inputs, rng, atol=1e-6)
    assert_same_parameter_gradients(layer, ours, atol=1e-6)
    x = inputs["x"].clone().requires_grad_()
    output, _ = both(layer(x))
    expect(output.requires_grad, "an output that depends on x", "one that is detached")
    (output[:, 3] * rng.normal(B, D, dtype=torch.float64)).sum().backward()
    expect(x.grad is not None and x.grad[:, :4].any(), "a gradient for the positions up to the fourth", "none")
    assert_close(x.grad[:, 4:], torch.zeros(B, 3, D).double(), atol=0, what="the gradient for later positions")


@check(points=0.25, says="one position, square sizes, other lengths call after call, and any memory layout work")
def test_edges(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    for x, case in (
        (rng.normal(B, 1, D), "for a single position"),
        (rng.normal(1, 9, D), "for a longer sequence"),
        (rng.normal(1, 150, D), "for 150 positions"),
        (rng.normal(B, 4, D), "for a shorter one"),
        (rng.normal(D, L, B).transpose(0, 2), "for a non-contiguous x"),
    ):
        assert_alike(layer(x), ours(x), case)
    layer, ours = same_weights(student, reference, rng, 4, 4)
    x, words = rng.normal(4, 4, 4), padding(4, 1, 3, 2, longest=4)
    assert_alike(layer(x, words), ours(x, words), "where all sizes are equal")
    # Scores so far apart that a softmax over everything leaves nothing for the keys that may be seen.
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    x, words = 100 * rng.normal(B, L, D, dtype=torch.float64), padding(7, 4, 2)
    assert_alike(layer(x, words), ours(x, words), "for large values", 1e-4)


@check(points=0.25, says="a d_model that the heads cannot share evenly is a ValueError")
def test_errors(student):
    for d_model, heads in ((12, 5), (7, 2)):
        assert_raises(ValueError, student, d_model, heads, what=f"d_model={d_model} with num_heads={heads}")


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    layer = student(D, H)
    layer(rng.normal(B, L, D))
    layer(rng.normal(B, L, D), padding(7, 4, 2))
