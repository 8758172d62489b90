"""Hidden checks of lesson 09, exercise decoder_layer."""

from functools import partial

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropout_in_training_only,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_same_in_both_modes,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    load_weights,
    pair,
    right_cases,
)

# Batch, lengths of target and memory, features, heads, width of the feed-forward network: no two alike.
B, LQ, LK, D, H, F = 2, 6, 9, 12, 3, 20
READY_MADE = [
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
    "torch.nn.TransformerEncoderLayer",
    "torch.nn.Transformer",
    "attnkit.parts.DecoderLayer",
    "attnkit.parts.Decoder",
    "attnkit.parts.EncoderLayer",
    "attnkit.parts.Encoder",
]
# With and without cross-attention, post-norm and pre-norm.
KINDS = [{"norm_first": pre, "cross_attention": cross} for cross in (True, False) for pre in (False, True)]


def named(settings):
    return (
        f"a {'pre' if settings['norm_first'] else 'post'}-norm layer "
        f"with{'' if settings['cross_attention'] else 'out'} cross-attention"
    )


def inputs(rng, settings, dtype=torch.float32):
    """x, and the memory where the layer takes one."""
    x = rng.normal(B, LQ, D, dtype=dtype)
    return (x, rng.normal(B, LK, D, dtype=dtype)) if settings["cross_attention"] else (x,)


def right_kinds(student, reference, rng, kinds=KINDS):
    """Of these kinds, those whose norms stand where they should: a wrong order has checks of its own."""

    def answers(settings):
        layer, ours = pair(student, reference, rng, D, H, F, **settings)
        given = inputs(rng, settings)
        return layer(*given), ours(*given)

    return right_cases(kinds, answers, atol=1e-4)


@check(
    points=0.5,
    says="the layer returns one tensor of the shape and dtype of x, and leaves its inputs as they were",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in KINDS:
            layer = student(D, H, F, **settings)
            layer.to(dtype)
            given = inputs(rng, settings, dtype)
            masks = {"self_mask": rng.mask(B, LQ, LQ)}
            if settings["cross_attention"]:
                masks["memory_mask"] = rng.mask(B, 1, LK)
            assert_tensor(layer(*given), (B, LQ, D), dtype, f"the result of {named(settings)}")
            assert_untouched(
                {**dict(zip(("x", "memory"), given, strict=False)), **masks},
                lambda layer=layer, given=given, masks=masks: layer(*given, **masks),
            )


@check(
    points=0.75,
    says="the parts are registered under their names; cross_attention and norm3 only where they are used",
)
def test_names(student, reference):
    for settings in KINDS:
        layer = student(D, H, F, **settings)
        assert_same_weights(layer, reference(D, H, F, **settings), named(settings))
        if not settings["cross_attention"]:
            expect(layer.cross_attention is None, "cross_attention to be None in a decoder-only layer", "a value")


@check(points=1, says="post-norm: self-attention, cross-attention and feed-forward, each added, then normalised")
def test_post_norm(student, reference, rng):
    for dtype, atol in ((torch.float32, 2e-5), (torch.float64, None)):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=dtype)
        given = inputs(rng, KINDS[0], dtype)
        assert_close(layer(*given), ours(*given), atol=atol, what=f"the {str(dtype)[6:]} output, post-norm")


@check(points=1, says="pre-norm: each sublayer reads the normalised sum so far, and adds to the sum itself")
def test_pre_norm(student, reference, rng):
    for dtype, atol in ((torch.float32, 2e-5), (torch.float64, None)):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=dtype, norm_first=True)
        given = inputs(rng, KINDS[1], dtype)
        assert_close(layer(*given), ours(*given), atol=atol, what=f"the {str(dtype)[6:]} output, pre-norm")


@check(
    points=1,
    says="without cross-attention two sublayers are left, norm2 is the second's, and memory is not needed",
)
def test_decoder_only(student, reference, rng):
    for norm_first in (False, True):
        layer, ours = pair(student, reference, rng, D, H, F, norm_first=norm_first, cross_attention=False)
        x, mask = rng.normal(B, LQ, D), rng.mask(B, LQ, LQ)
        what = "the output without cross-attention"
        assert_close(layer(x), ours(x), atol=2e-5, what=what)
        assert_close(layer(x, self_mask=mask), ours(x, self_mask=mask), atol=2e-5, what=what)
        assert_close(layer(x, None, mask), ours(x, self_mask=mask), atol=2e-5, what=what)


@check(
    points=0.75,
    says="self_mask and memory_mask each govern their own attention, for every shape that broadcasts",
)
def test_masks(student, reference, rng):
    for settings in right_kinds(student, reference, rng, KINDS[:2]):
        layer, ours = pair(student, reference, rng, D, H, F, **settings)
        x, memory = inputs(rng, settings)
        for own, other in (
            ((B, LQ, LQ), (B, LQ, LK)),
            ((LQ, LQ), (B, 1, LK)),
            ((B, 1, LQ), (LQ, LK)),
            ((1, LQ, LQ), (LK,)),
        ):
            masks = {"self_mask": rng.mask(*own), "memory_mask": rng.mask(*other)}
            what = f"the output under a self_mask of shape {own} and a memory_mask of shape {other}"
            assert_close(layer(x, memory, **masks), ours(x, memory, **masks), atol=2e-5, what=what)
        in_order = layer(x, memory, masks["self_mask"], masks["memory_mask"])
        assert_close(in_order, ours(x, memory, **masks), atol=2e-5, what="the output with masks by position")
        for name in ("self_mask", "memory_mask"):
            one = {name: masks[name]}
            assert_close(layer(x, memory, **one), ours(x, memory, **one), atol=2e-5, what=f"with {name} alone")
        # As many targets as sources: a mask in the wrong place would fit there, too.
        square = memory[:, :LQ]
        masks = {"self_mask": rng.mask(B, LQ, LQ), "memory_mask": rng.mask(B, LQ, LQ)}
        what = "the output where target and memory have one length"
        assert_close(layer(x, square, **masks), ours(x, square, **masks), atol=2e-5, what=what)
        what = "the output where target and memory have one length, with self_mask alone"
        alone = {"self_mask": masks["self_mask"]}
        assert_close(layer(x, square, **alone), ours(x, square, **alone), atol=2e-5, what=what)
        many, memories = rng.normal(LQ, LQ, D), rng.normal(LQ, LK, D)
        flat = {"self_mask": rng.mask(LQ, LQ), "memory_mask": rng.mask(LQ, LK)}
        what = "the output under masks of two axes, where B = L_q"
        assert_close(layer(many, memories, **flat), ours(many, memories, **flat), atol=2e-5, what=what)
        masks["self_mask"][0, 3] = masks["memory_mask"][1, 2] = False
        what = "the output where a position may attend to nothing"
        assert_close(layer(x, square, **masks), ours(x, square, **masks), atol=2e-5, what=what)


@check(
    points=0.5,
    says="under a causal mask nothing later reaches an earlier output; without a mask, everything does",
)
def test_causal(student, reference, rng):
    for settings in KINDS:
        layer, _ = pair(student, reference, rng, D, H, F, **settings)
        x, *memory = inputs(rng, settings)
        causal = torch.ones(LQ, LQ, dtype=torch.bool).tril()
        changed = x.clone()
        changed[:, 4:] = rng.normal(B, LQ - 4, D)
        before, after = (layer(y, *memory, self_mask=causal)[:, :4] for y in (x, changed))
        assert_same(after, before, what="the outputs before a changed position, under a causal mask")
        before, after = (layer(y, *memory)[:, :4] for y in (x, changed))
        what = "the output without a mask, where every position sees all, after a change of later positions"
        assert_different(after, before, everywhere=True, what=what)
    layer, _ = pair(student, reference, rng, D, H, F)
    x, memory = inputs(rng, KINDS[0])
    order = torch.tensor([4, 7, 0, 2, 8, 1, 6, 3, 5])
    shuffled = layer(x, memory[:, order])
    assert_same(shuffled, layer(x, memory), atol=2e-5, what="the output for a shuffled memory")


@check(points=0.5, says="activation chooses what the feed-forward network uses; what cannot work is a ValueError")
def test_activation(student, reference, rng):
    kind = right_kinds(student, reference, rng, KINDS[1::-1])[0]
    for activation in ("gelu", "gelu_tanh"):
        layer, ours = pair(student, reference, rng, D, H, F, activation=activation, **kind)
        given = inputs(rng, kind)
        what = f"the output with activation='{activation}'"
        # The two forms of the GELU differ by 5e-4 at most.
        assert_close(layer(*given), ours(*given), atol=2e-5, what=what)
    alone = right_kinds(student, reference, rng, KINDS[3:1:-1])[0]
    in_order = student(D, H, F, 0.0, "gelu", alone["norm_first"], False)
    _, ours = pair(reference, reference, rng, D, H, F, activation="gelu", **alone)
    load_weights(in_order, ours.state_dict(), "the layer")
    assert_close(in_order(given[0]), ours(given[0]), atol=2e-5, what="the output with settings by position")
    assert_raises(ValueError, student, D, H, F, activation="swosh", what="activation='swosh'")
    assert_raises(ValueError, student, D, 5, F, what=f"d_model={D} with num_heads=5")


@check(
    points=0.5,
    says="one position, one source, equal sizes, huge or tiny values and any memory layout work alike",
)
def test_edges(student, reference, rng):
    for settings in right_kinds(student, reference, rng, KINDS[:2]):
        layer, ours = pair(student, reference, rng, D, H, F, **settings)
        x, memory = inputs(rng, settings)
        strided = rng.normal(D, LQ, B).transpose(0, 2), rng.normal(LK, B, D).transpose(0, 1)
        for given, kind in (
            ((x[:, :1], memory), "a single position"),
            ((x, memory[:, :1]), "a memory of one position"),
            ((1e4 * x, 1e4 * memory), "values of ±1e4"),
            ((1e-3 * x, 1e-3 * memory), "values of ±1e-3 (is eps that of nn.LayerNorm?)"),
            (strided, "non-contiguous inputs"),
        ):
            assert_close(layer(*given), ours(*given), atol=3e-5, what=f"the output for {kind}")
        layer, ours = pair(student, reference, rng, 4, 4, 4, **settings)
        given = rng.normal(4, 4, 4), rng.normal(4, 4, 4)
        assert_close(layer(*given), ours(*given), atol=3e-5, what="the output where all sizes are equal")


@check(points=0.75, says="gradients reach x, the memory and every parameter")
def test_gradients(student, reference, rng):
    for settings in right_kinds(student, reference, rng):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=torch.float64, **settings)
        masks = {"self_mask": rng.mask(B, LQ, LQ)}
        masks["self_mask"][1, 3] = False
        if settings["cross_attention"]:
            masks["memory_mask"] = rng.mask(B, 1, LK)
        given = dict(zip(("x", "memory"), inputs(rng, settings, torch.float64), strict=False))
        assert_same_gradients(
            lambda *tensors, layer=layer, masks=masks: layer(*tensors, **masks),
            lambda *tensors, layer=ours, masks=masks: layer(*tensors, **masks),
            given,
            rng,
            atol=1e-6,
        )
        assert_same_parameter_gradients(layer, ours, atol=1e-6)


@check(points=0.5, says="dropout acts while training, anew in every call, and not in evaluation")
def test_dropout(student, reference, rng):
    for settings in right_kinds(student, reference, rng):
        layer, ours = pair(student, reference, rng, D, H, F, dropout=0.5, **settings)
        given = inputs(rng, settings)
        call, what = partial(layer, *given), f"the output of {named(settings)}"
        assert_dropout_in_training_only(layer, call, ours(*given), atol=2e-5, what=what)
        layer, ours = pair(student, reference, rng, D, H, F, **settings)
        call, what = partial(layer, *given), "the output of a layer with the default dropout, 0,"
        assert_same_in_both_modes(layer, call, ours(*given), atol=2e-5, what=what)


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    x, memory = rng.normal(B, LQ, D), rng.normal(B, LK, D)
    student(D, H, F)(x, memory)
    student(D, H, F, norm_first=True)(x, memory)
    student(D, H, F, cross_attention=False)(x)
