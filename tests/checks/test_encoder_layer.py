"""Hidden checks of lesson 06, exercise encoder_layer."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    gradients,
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


def random_state(module, rng):
    """Weights that make every part count: scores of order one, norms with a gain and bias of their own."""
    state = {}
    for name, value in module.state_dict().items():
        drawn = rng.normal(*value.shape, dtype=value.dtype)
        if value.dim() == 2:
            drawn = drawn / value.shape[1] ** 0.5
        elif "norm" in name and name.endswith("weight"):
            drawn = 1 + 0.5 * drawn
        state[name] = drawn
    return state


def pair(student, reference, rng, sizes=(D, H, F), dtype=torch.float32, **settings):
    """The learner's layer and the reference's, with the same random weights, in evaluation mode."""
    ours = reference(*sizes, **settings).to(dtype).eval()
    state = random_state(ours, rng)
    ours.load_state_dict(state)
    theirs = student(*sizes, **settings)
    if dtype != torch.float32:
        theirs.to(dtype)
    theirs.load_state_dict(state, strict=False)
    theirs.eval()
    return theirs, ours


def right_orders(student, reference, rng):
    """The values of norm_first for which the norms stand where they should, or both if neither does.

    What a wrong order spoils, post-norm and pre-norm have checks of their own for: it costs nothing elsewhere.
    """
    x = rng.normal(B, L, D)
    right = []
    for norm_first in (False, True):
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
        if close(layer(x), ours(x)):
            right.append(norm_first)
    return right or [False, True]


def close(seen, wanted):
    return isinstance(seen, torch.Tensor) and seen.shape == wanted.shape and bool(seen.allclose(wanted, atol=1e-4))


@check(
    points=0.5,
    says="the layer returns one tensor of the shape and dtype of x, and leaves x and the mask as they were",
)
def test_contract(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        layer, _ = pair(student, reference, rng, dtype=dtype)
        x, mask = rng.normal(B, L, D, dtype=dtype), rng.mask(B, L, L)
        assert_tensor(layer(x), (B, L, D), dtype)
        assert_tensor(layer(x, mask), (B, L, D), dtype)
        assert_untouched({"x": x, "the mask": mask}, lambda a=layer, x=x, m=mask: a(x, m))


@check(
    points=0.5,
    says="self_attention, feed_forward, norm1 and norm2 are registered under these names, and nothing else",
)
def test_names(student, reference, rng):
    for settings in ({}, {"norm_first": True, "dropout": 0.1}):
        layer, ours = pair(student, reference, rng, **settings)
        wanted = {name: tuple(value.shape) for name, value in ours.state_dict().items()}
        seen = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
        missing, extra = sorted(wanted.keys() - seen.keys()), sorted(seen.keys() - wanted.keys())
        expect(not missing, "every parameter under its name", f"no {', '.join(missing[:3])} in the state_dict")
        expect(not extra, "no other parameters", f"{', '.join(extra[:3])} in the state_dict as well")
        expect(seen == wanted, "parameters of the right shapes", "other shapes")
        trained = {name for name, _ in layer.named_parameters()}
        expect(
            trained == set(wanted),
            "every weight to be a parameter",
            f"{len(trained)} of {len(wanted)} of them",
        )


@check(points=1.25, says="post-norm: norm1(x + attention), then norm2 of that plus its feed-forward")
def test_post_norm(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, dtype=dtype)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(layer(x), ours(x), what=f"the {str(dtype)[6:]} output of a post-norm layer")


@check(points=1.25, says="pre-norm: x + attention(norm1(x)), then that plus feed-forward(norm2 of it)")
def test_pre_norm(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, dtype=dtype, norm_first=True)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(layer(x), ours(x), what=f"the {str(dtype)[6:]} output of a pre-norm layer")


@check(
    points=0.5,
    says="activation chooses what the feed-forward network uses, and an unknown one is a ValueError",
)
def test_activation(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        settings = {"activation": "gelu", "norm_first": norm_first}
        layer, ours = pair(student, reference, rng, **settings)
        x = rng.normal(B, L, D)
        assert_close(layer(x), ours(x), what="the output with activation='gelu'")
    in_order = student(D, H, F, 0.0, "gelu", norm_first)
    in_order.load_state_dict(ours.state_dict(), strict=False)
    assert_close(in_order(x), ours(x), what="the output where dropout, activation and norm_first are given by position")
    assert_raises(ValueError, student, D, H, F, activation="swosh", what="activation='swosh'")
    assert_raises(ValueError, student, D, 5, F, what=f"d_model={D} with num_heads=5")


@check(
    points=0.75,
    says="a position attends only where the mask is True, for every shape that broadcasts to (B, L, L)",
)
def test_mask(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
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
    layer, _ = pair(student, reference, rng)
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
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
        for x, kind in (
            (rng.normal(B, 1, D), "a single position"),
            (1e4 * rng.normal(B, L, D), "values of ±1e4"),
            (1e-3 * rng.normal(B, L, D), "values of ±1e-3 (is eps that of nn.LayerNorm?)"),
            (rng.normal(D, L, B).transpose(0, 2), "a non-contiguous x"),
        ):
            assert_close(layer(x), ours(x), atol=2e-5, what=f"the output for {kind}")
        layer, ours = pair(student, reference, rng, (4, 4, 4), norm_first=norm_first)
        x = rng.normal(4, 4, 4)
        assert_close(layer(x), ours(x), atol=2e-5, what="the output where all sizes are equal")


@check(points=0.5, says="gradients reach x and every parameter")
def test_gradients(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, dtype=torch.float64, norm_first=norm_first)
        mask = rng.mask(B, L, L)
        mask[1, 3] = False
        inputs = {"x": rng.normal(B, L, D, dtype=torch.float64)}
        assert_same_gradients(
            lambda x, a=layer, m=mask: a(x, m), lambda x, a=ours, m=mask: a(x, m), inputs, rng, atol=1e-6
        )
        found, wanted = gradients(layer), gradients(ours)
        for name in wanted:
            expect(found.get(name) is not None, f"a gradient for {name}", "none: it takes no part in the output")
            assert_close(found[name], wanted[name], atol=1e-6, what=f"the gradient for {name}")


@check(points=0.5, says="dropout acts while training, anew in every call, and not in evaluation")
def test_dropout(student, reference, rng):
    for norm_first in right_orders(student, reference, rng):
        layer, ours = pair(student, reference, rng, dropout=0.5, norm_first=norm_first)
        x = rng.normal(B, L, D)
        assert_close(layer(x), ours(x), what="the output in evaluation mode")
        layer.train()
        first, second = layer(x), layer(x)
        expect(
            not torch.equal(first, second),
            "two training calls to drop different values",
            "the same output twice",
        )
        layer.eval()
        assert_close(layer(x), ours(x), what="the output back in evaluation mode")
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
        layer.train()
        assert_close(layer(x), ours(x), what="the training output of a layer with the default dropout, 0")


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(D, H, F)(rng.normal(B, L, D))
    student(D, H, F, norm_first=True)(rng.normal(B, L, D), rng.mask(L, L))
