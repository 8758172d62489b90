"""Hidden checks of lesson 08, exercise cross_attention."""

from functools import partial

import torch
from nbjudge import (
    assert_close,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_separate,
    assert_tensor,
    assert_untouched,
    check,
    pair,
    random_weights,
    unpack,
)

# Batch, heads, target length, source length, features: no two alike, and D / H is none of them.
B, H, LQ, LK, D = 2, 3, 5, 7, 12
READY_MADE = [
    "attnkit.parts.CrossAttention",
    "attnkit.parts.DecoderLayer",
    "attnkit.parts.Decoder",
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
]


# Projections that make scores of order one.
same_weights = partial(pair, scale=1.5)


def sequences(rng, lq=LQ, lk=LK, d_model=D, dtype=torch.float32):
    return rng.normal(B, lq, d_model, dtype=dtype), rng.normal(B, lk, d_model, dtype=dtype)


def both(result):
    return unpack(result, "output", "weights")


def same(layer, ours, *given, atol=None, what="", **named):
    """The output and the weights are those of the reference."""
    seen, wanted = both(layer(*given, **named)), ours(*given, **named)
    assert_close(seen[1], wanted[1], atol=atol, what=f"the weights{what}")
    assert_close(seen[0], wanted[0], atol=atol, what=f"the output{what}")


@check(points=0.5, says="it returns (output, weights) of shapes (B, L_q, D) and (B, H, L_q, L_k), in the dtype given")
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H)
        layer.to(dtype)
        x, memory = sequences(rng, dtype=dtype)
        mask = rng.mask(B, 1, LK)
        given = {"x": x, "memory": memory, "memory_mask": mask}
        assert_untouched(given, lambda a=layer, x=x, m=memory, k=mask: a(x, m, k))
        for result in (layer(x, memory), layer(x, memory, mask)):
            output, weights = both(result)
            assert_tensor(output, (B, LQ, D), dtype, what="the output")
            assert_tensor(weights, (B, H, LQ, LK), dtype, what="the weights")


@check(
    points=0.5,
    says="the parameters are those of attention, its four projections, and a layer's own; d_model fits the heads",
)
def test_names(student, reference, rng):
    layer, other = student(D, H), student(D, H)
    assert_same_weights(layer, reference(D, H), "the layer")
    x, memory = sequences(rng, LQ, LQ)  # of one length, that nothing but names is judged
    assert_separate(layer, other, random_weights(reference(D, H), rng), lambda a: both(a(x, memory))[0])
    assert_raises(ValueError, student, D, 5, what=f"d_model={D} with num_heads=5")


@check(points=1.25, says="queries come from x, keys and values from memory, whatever the two lengths are")
def test_values(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    # Equal lengths first: there, roles that were exchanged give numbers rather than an error.
    for lq, lk in ((6, 6), (8, 3), (2, 9)):
        same(layer, ours, *sequences(rng, lq, lk), what=f" for L_q = {lq} and L_k = {lk}")
    for dtype, atol in ((torch.float32, None), (torch.float64, 1e-6)):
        layer, ours = same_weights(student, reference, rng, D, H, dtype=dtype)
        same(layer, ours, *sequences(rng, dtype=dtype), atol=atol, what=f" in {str(dtype)[6:]}")
    layer, ours = same_weights(student, reference, rng, D, H)
    layer.train()
    for _ in range(2):
        same(layer, ours, *sequences(rng), what=" in training mode, where nothing is dropped either")


@check(
    points=1,
    says="a position of x looks only where memory_mask is True, for every shape that broadcasts to (B, L_q, L_k)",
)
def test_mask(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    # Equal lengths first: there, a mask that was turned around gives numbers rather than an error.
    x, memory = sequences(rng, 6, 6)
    for shape in ((B, 6, 6), (B, 1, 6)):
        mask = rng.mask(*shape)
        same(layer, ours, x, memory, mask, what=f" for L_q = L_k under a mask of shape {shape}")
    x, memory = sequences(rng)
    for shape in ((B, 1, LK), (B, LQ, LK), (LQ, LK), (1, LQ, LK), (1, 1, LK), (1, LK), (LK,)):
        mask = rng.mask(*shape)
        same(layer, ours, x, memory, mask, what=f" under a mask of shape {shape}")
    same(layer, ours, x, memory, memory_mask=rng.mask(B, 1, LK), what=" with memory_mask given by name")
    layer.train()
    same(layer, ours, x, memory, rng.mask(B, 1, LK), what=" under a mask, in training mode")
    layer.eval()
    everything = torch.ones(B, 1, LK, dtype=torch.bool)
    same(layer, ours, x, memory, everything, what=" under a mask that allows everything")
    # As many heads as rows of the batch, and equal lengths: no axis is told from another by its size.
    layer, ours = same_weights(student, reference, rng, 8, B)
    x, memory = sequences(rng, 4, 4, 8)
    for shape in ((B, 4, 4), (B, 1, 4), (4, 4)):
        mask = rng.mask(*shape)
        same(layer, ours, x, memory, mask, what=f" for L_q = L_k and as many heads as rows, mask {shape}")


@check(points=0.5, says="a position that may look at nothing gets weights 0 and the bias of out_proj, never NaN")
def test_empty_rows(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H)
    x, memory = sequences(rng)
    mask = rng.mask(B, LQ, LK)
    mask[0, 2] = mask[1, 4] = False
    same(layer, ours, x, memory, mask)
    keys = rng.mask(B, 1, LK)
    keys[1] = False
    same(layer, ours, x, memory, keys, what=" where one source is nothing but padding")
    output, weights = both(layer(x, memory, keys))
    assert_close(weights[1], torch.zeros(H, LQ, LK), what="the weights where nothing may be looked at")
    bias = ours.attention.out_proj.bias.detach().expand(LQ, D)
    assert_close(output[1], bias, what="the output where nothing may be looked at")
    for shape in ((B, 1, LK), (LQ, LK)):
        nothing = torch.zeros(shape, dtype=torch.bool)
        same(layer, ours, x, memory, nothing, what=f" under a mask of shape {shape} that allows nothing at all")
    first, single = rng.normal(B, 1, D), torch.tensor([[[True]], [[False]]])
    same(layer, ours, x, first, single, what=" for a memory of one position, masked in one source")


@check(
    points=0.5,
    says="each position of x asks for itself, the order of the memory is no matter, and what is masked is not there",
)
def test_properties(student, reference, rng):
    layer, _ = same_weights(student, reference, rng, D, H)
    x, memory = sequences(rng)
    output, weights = both(layer(x, memory))
    assert_close(weights.sum(-1), torch.ones(B, H, LQ), what="the sum of the weights of each target position")
    turned = torch.tensor([4, 2, 0, 3, 1])
    assert_same(
        both(layer(x[:, turned], memory))[0], output[:, turned], what="the output for shuffled target positions"
    )
    assert_same(both(layer(x[:, 3:4], memory))[0], output[:, 3:4], what="the output for one target position alone")
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    shuffled, moved = both(layer(x, memory[:, order]))
    assert_same(shuffled, output, what="the output for shuffled source positions")
    assert_same(moved, weights[..., order], what="the weights for shuffled source positions")
    mask = torch.ones(B, 1, LK, dtype=torch.bool)
    mask[0, :, 4:] = mask[1, :, 2] = False
    before, other = both(layer(x, memory, mask)), memory.clone()
    other[0, 4:], other[1, 2] = 1e3 * rng.normal(3, D), 1e3 * rng.normal(D)
    assert_same(both(layer(x, other, mask))[0], before[0], what="the output after a change of masked source positions")
    shorter = both(layer(x[:1], memory[:1, :4]))
    assert_same(before[0][:1], shorter[0], what="the output with the end of the memory masked, and with it cut off")


@check(points=0.5, says="single positions, one head, as many heads as features, huge values and any memory layout work")
def test_edges(student, reference, rng):
    for d_model, heads, lq, lk in (
        (D, H, 1, LK),
        (D, H, LQ, 1),
        (D, H, 1, 1),
        (6, 1, 4, 3),
        (6, 6, 3, 4),
        (4, 4, 4, 4),
    ):
        layer, ours = same_weights(student, reference, rng, d_model, heads)
        same(
            layer,
            ours,
            *sequences(rng, lq, lk, d_model),
            what=f" for L_q = {lq}, L_k = {lk}, {heads} of {d_model} heads",
        )
    layer, ours = same_weights(student, reference, rng, D, H)
    turned = rng.normal(D, LQ, B).transpose(0, 2), rng.normal(LK, B, D).transpose(0, 1)
    same(layer, ours, *turned, rng.mask(B, LQ, LK), what=" for non-contiguous inputs")
    same(layer, ours, rng.normal(5, 3, D), rng.normal(5, 11, D), what=" for another batch and other lengths")
    # Large scores in float64, where the order of the arithmetic moves no weight by more than the tolerance.
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    x, memory = sequences(rng, dtype=torch.float64)
    mask = rng.mask(B, 1, LK)
    same(layer, ours, 1e4 * x, memory, mask, atol=1e-4, what=" for a target of ±1e4")
    same(layer, ours, x, 1e4 * memory, mask, atol=1e-4, what=" for a memory of ±1e4")


@check(points=1, says="gradients reach x, memory and every projection, and stay finite where nothing may be looked at")
def test_gradients(student, reference, rng):
    layer, ours = same_weights(student, reference, rng, D, H, dtype=torch.float64)
    x, memory = sequences(rng, dtype=torch.float64)
    mask = rng.mask(B, LQ, LK)
    mask[1, 3] = False
    given = {"x": x, "memory": memory}
    assert_same_gradients(layer, ours, given, rng, atol=1e-6)
    assert_same_gradients(lambda *a: layer(*a, mask), lambda *a: ours(*a, mask), given, rng, atol=1e-6)
    assert_same_parameter_gradients(layer, ours, atol=2e-6)


@check(points=0.25, says="the layer is put together from attention, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    layer, (x, memory) = student(D, H), sequences(rng, LQ, LQ)
    both(layer(x, memory))
    both(layer(x, memory, rng.mask(B, 1, LQ)))
