"""Hidden checks of lesson 06, exercise encoder_layer."""

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
    load_weights,
    pair,
    right_cases,
)

# Batch, length, features, heads, width of the feed-forward network: no two alike, and D / H is none of them.
B, L, D, H, F = 2, 7, 12, 3, 20
READY_MADE = [
    "torch.nn.TransformerEncoderLayer",
    "torch.nn.TransformerEncoder",
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.Transformer",
    "attnkit.parts.EncoderLayer",
    "attnkit.parts.Encoder",
    "attnkit.parts.DecoderLayer",
    "attnkit.parts.Decoder",
]


def right_orders(student, reference, rng):
    """The values of norm_first for which the norms stand where they should: a wrong order has checks of its own."""
    x = rng.normal(B, L, D)

    def answers(norm_first):
        layer, ours = pair(student, reference, rng, D, H, F, norm_first=norm_first)
        return layer(x), ours(x)

    return right_cases((False, True), answers, atol=1e-4)


@check(
    points=0.5,
    says="the layer returns one tensor of the shape and dtype of x, and leaves x and the mask as they were",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H, F)
        layer.to(dtype)
        x, mask = rng.normal(B, L, D, dtype=dtype), rng.mask(B, L, L)
        assert_tensor(layer(x), (B, L, D), dtype)
        assert_tensor(layer(x, mask), (B, L, D), dtype)
        assert_untouched({"x": x, "the mask": mask}, lambda a=layer, x=x, m=mask: a(x, m))


@check(
    points=0.5,
    says="self_attention, feed_forward, norm1 and norm2 are registered under these names, and nothing else",
)
def test_names(student, reference):
    for settings in ({}, {"norm_first": True, "dropout": 0.1}):
        assert_same_weights(student(D, H, F, **settings), reference(D, H, F, **settings), "the layer")


@check(points=1.25, says="post-norm: norm1(x + attention), then norm2 of that plus its feed-forward")
def test_post_norm(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=dtype)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(layer(x), ours(x), what=f"the {str(dtype)[6:]} output of a post-norm layer")


@check(points=1.25, says="pre-norm: x + attention(norm1(x)), then that plus feed-forward(norm2 of it)")
def test_pre_norm(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=dtype, norm_first=True)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(layer(x), ours(x), what=f"the {str(dtype)[6:]} output of a pre-norm layer")


@check(
    points=0.5,
    says="activation chooses what the feed-forward network uses, and an unknown one is a ValueError",
)
def test_activation(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        settings = {"activation": "gelu", "norm_first": norm_first}
        layer, ours = pair(student, reference, rng, D, H, F, **settings)
        x = rng.normal(B, L, D)
        assert_close(layer(x), ours(x), what="the output with activation='gelu'")
    in_order = student(D, H, F, 0.0, "gelu", norm_first)
    load_weights(in_order, ours.state_dict(), "the layer")
    in_order.eval()
    assert_close(in_order(x), ours(x), what="the output where dropout, activation and norm_first are given by position")
    assert_raises(ValueError, student, D, H, F, activation="swosh", what="activation='swosh'")
    assert_raises(ValueError, student, D, 5, F, what=f"d_model={D} with num_heads=5")


@check(
    points=0.75,
    says="a position attends only where the mask is True, for every shape that broadcasts to (B, L, L)",
)
def test_mask(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, D, H, F, norm_first=norm_first)
        x = rng.normal(B, L, D)
        for shape in ((B, L, L), (B, 1, L), (L, L), (1, L, L), (L,)):
            mask = rng.mask(*shape)
            assert_close(layer(x, mask), ours(x, mask), what=f"the output under a mask of shape {shape}")
        assert_close(layer(x, mask=mask), ours(x, mask), what="the output with the mask given by name")
        many, mask = rng.normal(L, L, D), rng.mask(L, L)
        what = "the output under a mask of shape (L, L), where B = L"
        assert_close(layer(many, mask), ours(many, mask), what=what)
        mask = rng.mask(B, L, L)
        mask[0, 2] = mask[1, 5] = False
        assert_close(layer(x, mask), ours(x, mask), what="the output where two positions may attend to nothing")


@check(points=0.5, says="a key that nobody may see changes nothing, and shuffled positions give shuffled outputs")
def test_properties(student, reference, rng):
    layer, _ = pair(student, reference, rng, D, H, F)
    x, mask = rng.normal(B, L, D), torch.ones(B, 1, L, dtype=torch.bool)
    mask[0, :, 4:] = mask[1, :, 6:] = False
    before, other = layer(x, mask), x.clone()
    other[0, 4:], other[1, 6:] = rng.normal(3, D), rng.normal(1, D)
    after = layer(other, mask)
    assert_same(after[0, :4], before[0, :4], what="the visible positions after a change of hidden ones")
    assert_same(after[1, :6], before[1, :6], what="the visible positions after a change of hidden ones")
    assert_different(after[0, 4:], before[0, 4:], everywhere=True, what="the output of positions that were changed")
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    assert_same(layer(x[:, order]), layer(x)[:, order], what="the output for shuffled positions")


@check(
    points=0.5,
    says="one position, square sizes, huge or tiny values and any memory layout work like everything else",
)
def test_edges(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, D, H, F, norm_first=norm_first)
        for x, kind in (
            (rng.normal(B, 1, D), "a single position"),
            (1e4 * rng.normal(B, L, D), "values of ±1e4"),
            (1e-3 * rng.normal(B, L, D), "values of ±1e-3 (is eps that of nn.LayerNorm?)"),
            (rng.normal(D, L, B).transpose(0, 2), "a non-contiguous x"),
        ):
            assert_close(layer(x), ours(x), atol=2e-5, what=f"the output for {kind}")
        layer, ours = pair(student, reference, rng, 4, 4, 4, norm_first=norm_first)
        x = rng.normal(4, 4, 4)
        assert_close(layer(x), ours(x), atol=2e-5, what="the output where all sizes are equal")


@check(points=0.5, says="gradients reach x and every parameter")
def test_gradients(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, D, H, F, dtype=torch.float64, norm_first=norm_first)
        mask = rng.mask(B, L, L)
        mask[1, 3] = False
        inputs = {"x": rng.normal(B, L, D, dtype=torch.float64)}
        assert_same_gradients(
            lambda x, a=layer, m=mask: a(x, m), lambda x, a=ours, m=mask: a(x, m), inputs, rng, atol=1e-6
        )
        assert_same_parameter_gradients(layer, ours, atol=1e-6)


@check(points=0.5, says="dropout acts while training, anew in every call, and not in evaluation")
def test_dropout(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        x = rng.normal(B, L, D)
        layer, ours = pair(student, reference, rng, D, H, F, dropout=0.5, norm_first=norm_first)
        assert_dropout_in_training_only(layer, lambda a=layer, x=x: a(x), ours(x), what="the output")
        layer, ours = pair(student, reference, rng, D, H, F, norm_first=norm_first)
        what = "the output of a layer with the default dropout, 0,"
        assert_same_in_both_modes(layer, lambda a=layer, x=x: a(x), ours(x), what=what)


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(D, H, F)(rng.normal(B, L, D))
    student(D, H, F, norm_first=True)(rng.normal(B, L, D), rng.mask(L, L))
