"""Hidden checks of lesson 09, exercise decoder."""

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
)

# Layers, batch, lengths of target and memory, features, heads, feed-forward width: no two alike.
N, B, LQ, LK, D, H, F = 4, 2, 6, 9, 12, 3, 20
READY_MADE = [
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
    "torch.nn.TransformerEncoder",
    "torch.nn.Transformer",
    "attnkit.parts.Decoder",
    "attnkit.parts.Encoder",
]
# With and without cross-attention, post-norm and pre-norm.
KINDS = [{"norm_first": pre, "cross_attention": cross} for cross in (True, False) for pre in (False, True)]


def named(settings):
    return (
        f"a {'pre' if settings['norm_first'] else 'post'}-norm decoder "
        f"with{'' if settings['cross_attention'] else 'out'} cross-attention"
    )


# In float64, so that what rounding grows to in a stack does not blur the comparison.
same_weights = partial(pair, dtype=torch.float64)


def inputs(rng, settings, dtype=torch.float64):
    """x, and the memory where the decoder takes one."""
    x = rng.normal(B, LQ, D, dtype=dtype)
    return (x, rng.normal(B, LK, D, dtype=dtype)) if settings["cross_attention"] else (x,)


def same(seen, wanted, what="the result"):
    assert_close(seen, wanted, what=what)


@check(
    points=0.5,
    says="the decoder returns one tensor of the shape and dtype of x, and leaves its inputs as they were",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in KINDS[::3]:
            decoder = student(N, D, H, F, **settings)
            decoder.to(dtype)
            given = inputs(rng, settings, dtype)
            masks = {"self_mask": rng.mask(B, LQ, LQ)}
            if settings["cross_attention"]:
                masks["memory_mask"] = rng.mask(B, 1, LK)
            assert_tensor(decoder(*given), (B, LQ, D), dtype, f"the result of {named(settings)}")
            single = (one[:1, :1] for one in given)
            assert_tensor(decoder(*single), (1, 1, D), dtype, f"the result of {named(settings)} for a single position")
            assert_untouched(
                {**dict(zip(("x", "memory"), given, strict=False)), **masks},
                lambda decoder=decoder, given=given, masks=masks: decoder(*given, **masks),
            )


@check(
    points=0.75,
    says="layers holds num_layers layers, each with its own weights; only pre-norm adds final_norm",
)
def test_names(student, reference):
    for settings in KINDS:
        decoder = student(N, D, H, F, **settings)
        assert_same_weights(decoder, reference(N, D, H, F, **settings), named(settings))
        expect(len(decoder.layers) == N, f"{N} layers", f"{len(decoder.layers)}")


@check(
    points=0.75,
    says="the output of each layer is the input of the next, and every layer reads the same memory",
)
def test_post_norm(student, reference, rng):
    for number in (N, 1, 2):
        decoder, ours = same_weights(student, reference, rng, number, D, H, F)
        given = inputs(rng, KINDS[0])
        same(decoder(*given), ours(*given), f"the output of {number} post-norm layer{'s' * (number > 1)}")
    decoder, ours = pair(student, reference, rng, N, D, H, F)
    # Four layers in float32: rounding grows from 1e-7 by about ten in each.
    given = inputs(rng, KINDS[0], torch.float32)
    assert_close(decoder(*given), ours(*given), atol=1e-4, what="the float32 output")


@check(
    points=0.5,
    says="with norm_first every layer is pre-norm, and final_norm is applied once, at the very end",
)
def test_pre_norm(student, reference, rng):
    for number in (N, 1):
        decoder, ours = same_weights(student, reference, rng, number, D, H, F, norm_first=True)
        given = inputs(rng, KINDS[1])
        same(decoder(*given), ours(*given), f"the output of {number} pre-norm layer{'s' * (number > 1)}")


@check(points=0.5, says="without cross-attention the decoder reads x alone, as a GPT does")
def test_decoder_only(student, reference, rng):
    for settings in KINDS[2:]:
        decoder, ours = same_weights(student, reference, rng, N, D, H, F, **settings)
        (x,) = inputs(rng, settings)
        causal = torch.ones(LQ, LQ, dtype=torch.bool).tril()
        same(decoder(x), ours(x), f"the output of {named(settings)}")
        same(decoder(x, self_mask=causal), ours(x, self_mask=causal), f"{named(settings)} under a causal mask")


@check(points=0.5, says="self_mask and memory_mask hold in every layer, each in its own attention")
def test_masks(student, reference, rng):
    for settings in KINDS[:2]:
        decoder, ours = same_weights(student, reference, rng, N, D, H, F, **settings)
        x, memory = inputs(rng, settings)
        for own, other in (((B, LQ, LQ), (B, LQ, LK)), ((LQ, LQ), (B, 1, LK))):
            masks = {"self_mask": rng.mask(*own), "memory_mask": rng.mask(*other)}
            what = f"the output under a self_mask of shape {own} and a memory_mask of shape {other}"
            same(decoder(x, memory, **masks), ours(x, memory, **masks), what)
        same(decoder(x, memory, *masks.values()), ours(x, memory, **masks), "the output with masks by position")
        for name in masks:
            one = {name: masks[name]}
            same(decoder(x, memory, **one), ours(x, memory, **one), f"the output with {name} alone")
        square = memory[:, :LQ]
        masks = {"self_mask": rng.mask(B, LQ, LQ), "memory_mask": rng.mask(B, LQ, LQ)}
        masks["self_mask"][0, 3] = masks["memory_mask"][1, 2] = False
        same(decoder(x, square, **masks), ours(x, square, **masks), "where target and memory have one length")


@check(
    points=0.25,
    says="under a causal mask nothing later reaches an earlier output, however many layers there are",
)
def test_causal(student, rng):
    for settings in KINDS:
        decoder = student(N, D, H, F, **settings)
        decoder.to(torch.float64)
        decoder.eval()
        x, *memory = inputs(rng, settings)
        causal = torch.ones(LQ, LQ, dtype=torch.bool).tril()
        whole = decoder(x, *memory, self_mask=causal)
        prefix = decoder(x[:, :4], *memory, self_mask=causal[:4, :4])
        what = "the outputs of a prefix, compared with those of the whole sequence,"
        assert_same(prefix, whole[:, :4], what=what)
        assert_different(whole[:, 1:], whole[:, :-1], what="the outputs of neighbouring positions")


@check(points=0.25, says="activation reaches every layer, and settings may be given by position")
def test_activation(student, reference, rng):
    for activation in ("gelu", "gelu_tanh"):
        decoder, ours = same_weights(student, reference, rng, N, D, H, F, activation=activation)
        given = inputs(rng, KINDS[0])
        same(decoder(*given), ours(*given), f"the output with activation='{activation}'")
    _, ours = same_weights(
        reference, reference, rng, 2, D, H, F, activation="gelu", norm_first=True, cross_attention=False
    )
    in_order = student(2, D, H, F, 0.0, "gelu", True, False)
    in_order.to(torch.float64)
    load_weights(in_order, ours.state_dict(), "the decoder")
    same(in_order(given[0]), ours(given[0]), "the output with all settings by position")


@check(points=0.25, says="gradients reach x, the memory and every parameter of every layer")
def test_gradients(student, reference, rng):
    for settings in KINDS[1:3]:
        decoder, ours = same_weights(student, reference, rng, N, D, H, F, **settings)
        masks = {"self_mask": torch.ones(LQ, LQ, dtype=torch.bool).tril()}
        given = dict(zip(("x", "memory"), inputs(rng, settings), strict=False))
        assert_same_gradients(
            lambda *tensors, decoder=decoder, masks=masks: decoder(*tensors, **masks),
            lambda *tensors, decoder=ours, masks=masks: decoder(*tensors, **masks),
            given,
            rng,
            atol=1e-6,
        )
        assert_same_parameter_gradients(decoder, ours, atol=1e-6)


@check(points=0.25, says="dropout acts while training, anew in every call, and not in evaluation")
def test_dropout(student, reference, rng):
    for settings in KINDS[::3]:
        decoder, ours = same_weights(student, reference, rng, N, D, H, F, dropout=0.5, **settings)
        given = inputs(rng, settings)
        call = partial(decoder, *given)
        assert_dropout_in_training_only(decoder, call, ours(*given), what=f"the output of {named(settings)}")
    decoder, ours = same_weights(student, reference, rng, N, D, H, F, cross_attention=False)
    what = "the output of a decoder with the default dropout, 0,"
    assert_same_in_both_modes(decoder, lambda: decoder(given[0]), ours(given[0]), what=what)


@check(points=0.25, says="settings that cannot work are a ValueError in the constructor")
def test_errors(student):
    assert_raises(ValueError, student, 0, D, H, F, what="num_layers=0")
    assert_raises(ValueError, student, -1, D, H, F, what="num_layers=-1")
    assert_raises(ValueError, student, N, D, 5, F, what=f"d_model={D} with num_heads=5")
    assert_raises(ValueError, student, N, D, H, F, activation="swosh", what="activation='swosh'")


@check(points=0.25, says="the stack is built here, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    x, memory = rng.normal(B, LQ, D), rng.normal(B, LK, D)
    student(N, D, H, F)(x, memory)
    student(N, D, H, F, norm_first=True, cross_attention=False)(x)
