"""Hidden checks of lesson 02, exercise multi_head_attention."""

from functools import partial

import torch
from nbjudge import (
    assert_close,
    assert_raises,
    assert_same_gradients,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    pair,
    unpack,
)

# Batch, heads, queries, keys, features: no two alike, and D / H = 4 is none of them.
B, H, LQ, LK, D = 2, 3, 5, 7, 12
# Nothing here depends on the mode, and one check asks for the other.
same_weights = partial(pair, training=True)
WHOLE = [
    "torch.nn.MultiheadAttention",
    "torch.nn.functional.multi_head_attention_forward",
    "attnkit.parts.MultiHeadAttention",
    "attnkit.parts.MaskedSelfAttention",
    "attnkit.parts.CrossAttention",
]


def inputs(rng, dtype=torch.float32, d_model=D):
    return [rng.normal(B, length, d_model, dtype=dtype) for length in (LQ, LK, LK)]


def both(result):
    return unpack(result, "output", "weights")


def agree(seen, wanted, where, atol=None):
    output, weights = both(seen)
    assert_close(weights, wanted[1], atol=atol, what=f"the weights {where}")
    assert_close(output, wanted[0], atol=atol, what=f"the output {where}")


@check(
    points=0.5,
    says="it returns (output, weights) of shapes (B, L_q, D) and (B, H, L_q, L_k), and leaves what it gets untouched",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H)
        layer.to(dtype)
        given, mask = inputs(rng, dtype), rng.mask(B, LQ, LK)
        mask[0, 1] = False
        output, weights = both(layer(*given))
        assert_tensor(output, (B, LQ, D), dtype, what="the output")
        assert_tensor(weights, (B, H, LQ, LK), dtype, what="the weights")
        named = dict(zip(("query", "key", "value", "mask"), (*given, mask), strict=True))
        assert_untouched(named, lambda a=layer, n=named: a(*n.values()))


@check(
    points=0.5,
    says="query_proj, key_proj, value_proj and out_proj are linear layers of D to D with a bias, and there is no more",
)
def test_names(student, reference):
    assert_same_weights(student(d_model=D, num_heads=H), reference(D, H), "the layer")


@check(points=1.25, says="every head attends with its share of the projections, and out_proj mixes what they found")
def test_values(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    x = rng.normal(B, LK, D)
    agree(layer(x, x, x), ours(x, x, x), "of self-attention")
    # √(D/H) is 2 here: a root taken of a float32 tensor, which is right too, is exact in float64.
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    x = rng.normal(B, LQ, D, dtype=torch.float64)
    agree(layer(x, x, x), ours(x, x, x), "of self-attention in float64")


@check(points=1, says="queries, keys and values may differ, in what they hold and in length")
def test_cross(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    given = inputs(rng)
    agree(layer(*given), ours(*given), "of three different inputs")
    short, long = rng.normal(1, 1, D), rng.normal(1, LK, D)
    agree(layer(short, long, long), ours(short, long, long), "of a single query")
    agree(layer(long, short, short), ours(long, short, short), "of a single key")
    turned = [rng.normal(length, B, D).transpose(0, 1) for length in (LQ, LK, LK)]
    agree(layer(*turned), ours(*turned), "of non-contiguous inputs")


@check(points=0.5, says="any number of heads that divides D works, one and D included")
def test_heads(student, reference, rng):
    for d_model, num_heads in ((6, 1), (6, 6), (10, 2), (16, 4)):
        layer, ours = same_weights(student, reference, rng, d_model, num_heads)
        given = inputs(rng, d_model=d_model)
        agree(layer(*given), ours(*given), f"with {num_heads} heads of {d_model} features")


@check(points=1, says="no head attends where the mask is False, and each batch row uses its own mask")
def test_mask(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    given, mask = inputs(rng), rng.mask(B, LQ, LK)
    agree(layer(*given, mask), ours(*given, mask), "under a mask of shape (B, L_q, L_k)")
    agree(layer(*given, mask=mask), ours(*given, mask), "with the mask given by name")
    layer.eval()
    agree(layer(*given, mask), ours(*given, mask), "under a mask, in evaluation mode")
    layer.train()
    everything = torch.ones(B, LQ, LK, dtype=torch.bool)
    agree(layer(*given, everything), ours(*given), "under a mask that allows everything")
    # Scores of size 1e5: one key wins outright in every row, so that rounding does not matter.
    large = [300 * given[0], 300 * given[1], given[2]]
    agree(layer(*large, mask), ours(*large, mask), "under a mask, for large scores", atol=1e-3)


@check(points=0.5, says="a mask of any shape that broadcasts to (B, L_q, L_k) works, and is the same for every head")
def test_broadcast(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    given = inputs(rng)
    for shape in ((B, 1, LK), (LQ, LK), (1, LQ, LK), (LK,), (B, LQ, 1)):
        mask = rng.mask(*shape) if shape[-1] > 1 else rng.mask(B, LQ)[..., None]
        agree(layer(*given, mask), ours(*given, mask), f"under a mask of shape {shape}")
    # As many heads as batch rows and positions: an axis in the wrong place goes unnoticed by shapes.
    layer, ours = same_weights(student, reference, rng, 9, 3)
    given = [rng.normal(3, 3, 9) for _ in range(3)]
    for shape in ((3, 3, 3), (3, 1, 3), (3, 3), (1, 3, 3)):
        mask = rng.mask(*shape)
        agree(layer(*given, mask), ours(*given, mask), f"under a mask of shape {shape} for B = H = L = 3")


@check(points=0.5, says="a query that may attend to nothing gets weights 0, and out_proj's bias as its output")
def test_empty_rows(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    given, mask = inputs(rng), rng.mask(B, LQ, LK)
    mask[0, 2] = mask[1, 4] = False
    _, weights = both(layer(*given, mask))
    assert_close(weights[0, :, 2], torch.zeros(H, LK), what="the weights of a query that may attend to nothing")
    agree(layer(*given, mask), ours(*given, mask), "where two queries may attend to nothing")
    nothing = torch.zeros(B, 1, LK, dtype=torch.bool)
    agree(layer(*given, nothing), ours(*given, nothing), "where nothing is allowed")
    given = given[0], given[1][:, :1], given[2][:, :1]
    single = rng.mask(B, LQ)[..., None]
    agree(layer(*given, single), ours(*given, single), "where a single key is masked for some queries")


@check(points=0.75, says="gradients reach the inputs and all eight weights, and stay finite where a row is empty")
def test_gradients(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    given = dict(zip(("query", "key", "value"), inputs(rng), strict=True))
    assert_same_gradients(layer, ours, given, rng)
    assert_same_parameter_gradients(layer, ours)
    mask = rng.mask(B, LQ, LK)
    mask[1, 3] = False
    assert_same_gradients(lambda *a: layer(*a, mask), lambda *a: ours(*a, mask), given, rng)


@check(points=0.5, says="a d_model that num_heads does not divide is a ValueError with a message, when constructed")
def test_errors(student):
    for d_model, num_heads in ((10, 3), (4, 8), (7, 2)):
        assert_raises(ValueError, student, d_model, num_heads, what=f"d_model={d_model}, num_heads={num_heads}")


@check(points=1, says="the layer is built from its parts, not by a call of a finished one", forbids=WHOLE)
def test_from_primitives(student, rng):
    layer = student(D, H)
    both(layer(*inputs(rng)))
    both(layer(*inputs(rng), rng.mask(B, LQ, LK)))
