"""Hidden checks of lesson 06, exercise encoder."""

from functools import partial

import torch
from nbjudge import (
    assert_close,
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

# Layers, batch, length, features, heads, width of the feed-forward network: no two alike.
N, B, L, D, H, F = 4, 2, 7, 12, 3, 20
READY_MADE = [
    "torch.nn.TransformerEncoderLayer",
    "torch.nn.TransformerEncoder",
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
    "torch.nn.Transformer",
    "attnkit.parts.Encoder",
    "attnkit.parts.Decoder",
]


# In float64, so that what rounding grows to in a stack does not blur the comparison.
same_weights = partial(pair, dtype=torch.float64)


def same(seen, wanted, what="the result"):
    assert_close(seen, wanted, what=what)


@check(
    points=0.5,
    says="the encoder returns one tensor of the shape and dtype of x, and leaves x and the mask as they were",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        encoder = student(N, D, H, F)
        encoder.to(dtype)
        x, mask = rng.normal(B, L, D, dtype=dtype), rng.mask(B, L, L)
        assert_tensor(encoder(x), (B, L, D), dtype)
        assert_tensor(encoder(x, mask), (B, L, D), dtype)
        assert_untouched({"x": x, "the mask": mask}, lambda a=encoder, x=x, m=mask: a(x, m))


@check(
    points=0.75,
    says="layers holds num_layers layers, each with its own weights; only pre-norm adds final_norm",
)
def test_names(student, reference):
    for settings, kind in (({}, "without norm_first"), ({"norm_first": True}, "with norm_first")):
        encoder, ours = student(N, D, H, F, **settings), reference(N, D, H, F, **settings)
        assert_same_weights(encoder, ours, f"an encoder {kind}")
        expect(len(encoder.layers) == N, f"{N} layers", f"{len(encoder.layers)}")


@check(points=0.75, says="the output of each layer is the input of the next, from the first to the last")
def test_post_norm(student, reference, rng):
    for number in (N, 1, 2):
        encoder, ours = same_weights(student, reference, rng, number, D, H, F)
        x = rng.normal(B, L, D, dtype=torch.float64)
        same(encoder(x), ours(x), f"the output of {number} post-norm layer{'s' if number > 1 else ''}")
    encoder, ours = pair(student, reference, rng, N, D, H, F)
    # Four layers in float32: rounding grows from 1e-7 by about ten in each.
    x = rng.normal(B, L, D)
    assert_close(encoder(x), ours(x), atol=1e-4, what="the float32 output")


@check(
    points=0.75,
    says="with norm_first every layer is pre-norm, and final_norm is applied once, at the very end",
)
def test_pre_norm(student, reference, rng):
    for number in (N, 1):
        encoder, ours = same_weights(student, reference, rng, number, D, H, F, norm_first=True)
        x = rng.normal(B, L, D, dtype=torch.float64)
        same(encoder(x), ours(x), f"the output of {number} pre-norm layer{'s' if number > 1 else ''}")


@check(points=0.25, says="activation reaches every layer, and settings may be given by position")
def test_activation(student, reference, rng):
    encoder, ours = same_weights(student, reference, rng, N, D, H, F, activation="gelu")
    x = rng.normal(B, L, D, dtype=torch.float64)
    same(encoder(x), ours(x), "the output with activation='gelu'")
    _, ours = same_weights(reference, reference, rng, 2, D, H, F, activation="gelu", norm_first=True)
    in_order = student(2, D, H, F, 0.0, "gelu", True)
    in_order.to(torch.float64)
    load_weights(in_order, ours.state_dict(), "the encoder")
    same(in_order(x), ours(x), "the output where dropout, activation and norm_first are given by position")


@check(points=0.5, says="the mask holds in every layer, for every shape that broadcasts to (B, L, L)")
def test_mask(student, reference, rng):
    encoder, ours = same_weights(student, reference, rng, N, D, H, F)
    x = rng.normal(B, L, D, dtype=torch.float64)
    for shape in ((B, L, L), (B, 1, L), (L, L)):
        mask = rng.mask(*shape)
        same(encoder(x, mask), ours(x, mask), f"the output under a mask of shape {shape}")
    mask = rng.mask(B, L, L)
    mask[0, 2] = False
    same(encoder(x, mask=mask), ours(x, mask), "the output where one position may attend to nothing")
    hidden, other = torch.ones(B, 1, L, dtype=torch.bool), x.clone()
    hidden[:, :, 5:] = False
    other[:, 5:] = rng.normal(B, 2, D)
    what = "the visible positions after a change of hidden ones"
    assert_same(encoder(other, hidden)[:, :5], encoder(x, hidden)[:, :5], what=what)


@check(points=0.25, says="one position and square sizes work like everything else")
def test_edges(student, reference, rng):
    encoder, ours = same_weights(student, reference, rng, N, D, H, F)
    x = rng.normal(B, 1, D, dtype=torch.float64)
    same(encoder(x), ours(x), "the output for a single position")
    for norm_first in (False, True):
        encoder, ours = same_weights(student, reference, rng, 3, 3, 3, 3, norm_first=norm_first)
        x = rng.normal(3, 3, 3, dtype=torch.float64)
        same(encoder(x), ours(x), "the output where all sizes are equal")


@check(points=0.5, says="gradients reach x and every parameter of every layer")
def test_gradients(student, reference, rng):
    for norm_first in (False, True):
        encoder, ours = same_weights(student, reference, rng, N, D, H, F, norm_first=norm_first)
        mask = rng.mask(B, L, L)
        inputs = {"x": rng.normal(B, L, D, dtype=torch.float64)}
        assert_same_gradients(
            lambda x, a=encoder, m=mask: a(x, m), lambda x, a=ours, m=mask: a(x, m), inputs, rng, atol=1e-6
        )
        assert_same_parameter_gradients(encoder, ours, atol=1e-6)


@check(points=0.25, says="dropout acts while training, anew in every call, and not in evaluation")
def test_dropout(student, reference, rng):
    x = rng.normal(B, L, D, dtype=torch.float64)
    for norm_first in (False, True):
        encoder, ours = same_weights(student, reference, rng, N, D, H, F, dropout=0.5, norm_first=norm_first)
        assert_dropout_in_training_only(encoder, lambda a=encoder: a(x), ours(x), what="the output")
    encoder, ours = same_weights(student, reference, rng, N, D, H, F)
    what = "the output of an encoder with the default dropout, 0,"
    assert_same_in_both_modes(encoder, lambda: encoder(x), ours(x), what=what)


@check(points=0.25, says="settings that cannot work are a ValueError in the constructor")
def test_errors(student):
    assert_raises(ValueError, student, 0, D, H, F, what="num_layers=0")
    assert_raises(ValueError, student, -1, D, H, F, what="num_layers=-1")
    assert_raises(ValueError, student, N, D, 5, F, what=f"d_model={D} with num_heads=5")
    assert_raises(ValueError, student, N, D, H, F, activation="swosh", what="activation='swosh'")


@check(points=0.25, says="the stack is built here, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(N, D, H, F)(rng.normal(B, L, D))
    student(N, D, H, F, norm_first=True)(rng.normal(B, L, D), rng.mask(L, L))
