"""Hidden checks of lesson 09, exercise decoder_layer.

After the contract, of a pair that is returned the first part is taken for the output.
"""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropout_in_training_only,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_raises,
    assert_same,
    assert_same_in_both_modes,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    draw_weights,
    expect,
    load_weights,
    pair,
    weights,
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


def output(layer):
    """A call of the layer, for its output alone."""

    def call(*given, **by_name):
        result = layer(*given, **by_name)
        return result[0] if isinstance(result, tuple) and result else result

    return call


def drawn(student, rng, settings):
    """A call of a layer with random weights, which holds no constant answer."""
    layer = student(D, H, F, **settings)
    draw_weights(layer, rng)
    call = output(layer)
    assert_no_stub(call, *inputs(rng, settings), what="the output")
    return call


def small_example(student, settings, gives):
    """One position, identity matrices: small enough to work out by hand."""
    small = student(2, 1, 2, **settings)
    state = {
        name: torch.eye(2) if len(weight.shape) > 1 else torch.full(weight.shape, float(name.endswith("weight")))
        for name, weight in weights(small).items()
    }
    load_weights(small, state, "the layer")
    small.eval()
    given = [torch.tensor([[[1.0, 3.0]]]), torch.tensor([[[8.0, 2.0]]])][: 1 + settings["cross_attention"]]
    name = f"{named(settings)}, of identity matrices, gains of 1 and biases of 0, called with "
    assert_example(output(small), *given, gives=[[gives]], name=name)


def values(student, reference, rng, settings, gives):
    small_example(student, settings, gives)
    for sizes in ((D, H, F), (4, 4, 4)):
        layer, ours = pair(student, reference, rng, *sizes, dtype=torch.float64, **settings)
        for norm in ("norm1", "norm2", "norm3")[: 2 + settings["cross_attention"]]:
            getattr(ours, norm).eps = getattr(layer, norm).eps  # which it should be is asked elsewhere
        x, memory = (rng.normal(B, n, sizes[0], dtype=torch.float64) for n in (LQ, LK))
        given = (x, memory) if settings["cross_attention"] else (x,)
        assert_close(output(layer)(*given), ours(*given), what=f"the output of {named(settings)}")


@check(
    points=0.5,
    says="the layer returns one tensor of the shape and dtype of x, and leaves its inputs as they were",
    asks="What does forward return besides the output, and does it write to x, as `+=` does?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in KINDS:
            layer = student(D, H, F, **settings)
            layer.to(dtype)
            given = inputs(rng, settings, dtype)
            what = f"the result of {named(settings)}"
            assert_tensor(layer(*given), (B, LQ, D), dtype, what, axes=("B", "L_q", "D"))
            masks = {"self_mask": rng.mask(B, LQ, LQ), "memory_mask": rng.mask(B, 1, LK)}
            if not settings["cross_attention"]:
                del masks["memory_mask"]
            assert_untouched(
                {**dict(zip(("x", "memory"), given, strict=False)), **masks},
                lambda layer=layer, given=given, masks=masks: layer(*given, **masks),
            )


@check(
    points=0.75,
    says="the parts are registered under their names; cross_attention and norm3 only where they are used",
    asks="Which parts does a layer without cross-attention need?",
)
def test_names(student, reference):
    for settings in KINDS:
        layer = student(D, H, F, **settings)
        assert_same_weights(layer, reference(D, H, F, **settings), named(settings))
        if not settings["cross_attention"]:
            expect(layer.cross_attention is None, "cross_attention to be None in a decoder-only layer", "a value")


@check(
    points=1,
    says="post-norm: self-attention, cross-attention and feed-forward, each added, then normalised",
    asks="In post-norm, what does each sublayer read, what is added to its result, and which norm follows?",
)
def test_post_norm(student, reference, rng):
    values(student, reference, rng, KINDS[0], [1, -1])
    layer, ours = pair(student, reference, rng, D, H, F)
    given = inputs(rng, KINDS[0])
    assert_close(output(layer)(*given), ours(*given), atol=1e-4, what="the output where no setting is given")


@check(
    points=1,
    says="pre-norm: each sublayer reads the normalised sum so far, and adds to the sum itself",
    asks="In pre-norm, which vectors go into each sublayer, which are added, and is the memory normalised?",
)
def test_pre_norm(student, reference, rng):
    values(student, reference, rng, KINDS[1], [9, 6])


@check(
    points=0.75,
    says="without cross-attention two sublayers are left, norm2 is the second's, and memory is not needed",
    asks="Which sublayers and which norms are left, and what do they read?",
)
def test_decoder_only(student, reference, rng):
    for settings, gives in zip(KINDS[2:], ([-1, 1], [0, 5]), strict=True):
        values(student, reference, rng, settings, gives)
        layer, (x,), mask = drawn(student, rng, settings), inputs(rng, settings), rng.mask(B, LQ, LQ)
        what = "the output without a memory, its mask by position"
        assert_same(layer(x, None, mask), layer(x, self_mask=mask), what=what)


@check(
    points=1,
    says="self_mask and memory_mask each govern their own attention, for every shape that broadcasts",
    asks="Which mask reaches which attention, and does True stand for a position that is seen?",
)
def test_masks(student, rng):
    for settings in KINDS[:2]:
        layer, (x, memory) = drawn(student, rng, settings), inputs(rng, settings)
        for own, other in (
            ((B, LQ, LQ), (B, LQ, LK)),
            ((LQ, LQ), (B, 1, LK)),
            ((B, 1, LQ), (LQ, LK)),
            ((1, LQ, LQ), (LK,)),
        ):
            masks = {"self_mask": rng.mask(*own), "memory_mask": rng.mask(*other)}
            out = {
                "self_mask": masks["self_mask"].expand(B, LQ, LQ).clone(),
                "memory_mask": masks["memory_mask"].expand(B, LQ, LK).clone(),
            }
            what = f"the output under a self_mask of shape {own} and a memory_mask of shape {other}, written out,"
            assert_same(layer(x, memory, **out), layer(x, memory, **masks), atol=2e-5, what=what)
        in_order = layer(x, memory, masks["self_mask"], masks["memory_mask"])
        assert_same(in_order, layer(x, memory, **masks), what="the output with masks by position")
        # Who may see the first positions and sources only is as if there were no others; each mask alone, and both.
        for length in (LK, LQ):
            sources = memory[:, :length]
            own, other = torch.ones(LQ, LQ, dtype=torch.bool), torch.ones(LQ, length, dtype=torch.bool)
            own[:3, 3:], other[:, 4:] = False, False
            for masks, alone, what in (
                ({"self_mask": own}, layer(x[:, :3], sources), "self_mask"),
                ({"memory_mask": other}, layer(x, sources[:, :4])[:, :3], "memory_mask"),
                ({"self_mask": own, "memory_mask": other}, layer(x[:, :3], sources[:, :4]), "both masks"),
            ):
                what = f"what {what} leaves to be seen, compared with the same positions and sources alone,"
                assert_same(layer(x, sources, **masks)[:, :3], alone, atol=2e-5, what=what)
        free = layer(x, memory)
        for masks in ({"self_mask": own}, {"memory_mask": torch.arange(LK) < 4}):
            assert_different(layer(x, memory, **masks)[:, :3], free[:, :3], everywhere=True, what="an output masked")
        many, memories = rng.normal(LQ, LQ, D), rng.normal(LQ, LK, D)
        flat = {"self_mask": rng.mask(LQ, LQ), "memory_mask": rng.mask(LQ, LK)}
        what = "the output under masks of two axes, where B = L_q,"
        assert_same(layer(many, memories, **flat)[1:3], layer(many[1:3], memories[1:3], **flat), atol=2e-5, what=what)
        # A query that may attend to nothing sees no change of the rest.
        masks = {"self_mask": rng.mask(B, LQ, LQ), "memory_mask": rng.mask(B, LQ, LK)}
        masks["self_mask"][0, 3] = masks["memory_mask"][0, 3] = False
        other = x.clone()
        other[0, :3], other[0, 4:] = rng.normal(3, D), rng.normal(LQ - 4, D)
        seen, wanted = layer(other, 2 - memory, **masks)[0, 3], layer(x, memory, **masks)[0, 3]
        assert_same(seen, wanted, what="the output of a position that may attend to nothing, where the rest changed,")


@check(
    points=0.25,
    says="nothing is hidden but by a mask, and the order of the memory is no matter",
    asks="Which mask do you make yourself, which nobody asked for?",
)
def test_causal(student, rng):
    for settings in KINDS:
        layer, (x, *memory) = drawn(student, rng, settings), inputs(rng, settings)
        changed = x.clone()
        changed[:, 4:] = rng.normal(B, LQ - 4, D)
        before, after = (layer(y, *memory)[:, :4] for y in (x, changed))
        what = "the output without a mask, where every position sees all, after a change of later positions"
        assert_different(after, before, everywhere=True, what=what)
        order = torch.tensor([4, 0, 2, 1, 3, 5])
        assert_same(layer(x[:, order], *memory), layer(x, *memory)[:, order], atol=2e-5, what="of shuffled positions")
    layer, (x, memory) = drawn(student, rng, KINDS[0]), inputs(rng, KINDS[0])
    order = torch.tensor([4, 7, 0, 2, 8, 1, 6, 3, 5])
    shuffled = layer(x, memory[:, order])
    assert_same(shuffled, layer(x, memory), atol=2e-5, what="the output for a shuffled memory")


@check(
    points=0.75,
    says="activation chooses what the feed-forward network uses; what cannot work is a ValueError",
    asks="Which of the constructor's arguments does your feed-forward network get?",
)
def test_activation(student, reference, rng):
    for settings in KINDS[:2]:
        given, relu = inputs(rng, settings), student(D, H, F, **settings)
        for activation, approximate in (("gelu", "none"), ("gelu_tanh", "tanh")):
            layer, ours = pair(student, reference, rng, D, H, F, activation=activation, **settings)
            assert_no_stub(output(layer), *given, what="the output")
            # What is the same number for every x, GELU(z) or ReLU(0), is as good as a bias. The two forms of the
            # GELU differ by 5e-4 at most: a large matrix shows it.
            state = ours.state_dict()
            bias, matrix = state["feed_forward.linear_in.bias"], 30 * state["feed_forward.linear_out.weight"]
            state["feed_forward.linear_in.weight"] = torch.zeros(F, D)
            state["feed_forward.linear_out.weight"] = matrix
            extra = matrix @ torch.nn.functional.gelu(bias, approximate=approximate)
            state["feed_forward.linear_out.bias"] = state["feed_forward.linear_out.bias"] - extra
            load_weights(layer, state, "the layer")
            state["feed_forward.linear_in.bias"] = torch.zeros(F)
            state["feed_forward.linear_out.bias"] = state["feed_forward.linear_out.bias"] + extra
            load_weights(relu, state, "the layer")
            relu.eval()
            what = f"the output with activation='{activation}', where it gives the same as a bias does without,"
            assert_same(output(layer)(*given), output(relu)(*given), atol=1e-4, what=what)
    by_name = {"activation": "gelu", "norm_first": True, "cross_attention": False}
    layer, in_order = student(D, H, F, **by_name), student(D, H, F, 0.0, "gelu", True, False)
    load_weights(in_order, draw_weights(layer, rng), "the layer")
    in_order.eval()
    what = "the output with settings by position"
    assert_same(output(in_order)(given[0]), output(layer)(given[0]), what=what)
    assert_raises(ValueError, student, D, H, F, activation="swosh", what="activation='swosh'")
    assert_raises(ValueError, student, D, 5, F, what=f"d_model={D} with num_heads=5")


@check(
    points=0.5,
    says="one position, one source and any memory layout work alike, and ε is that of nn.LayerNorm",
    asks="Is there a `view`, a `squeeze`, or an ε of your own?",
)
def test_edges(student, rng):
    for settings in KINDS[:2]:
        layer, (x, memory) = drawn(student, rng, settings), inputs(rng, settings)
        strided = rng.normal(D, LQ, B).transpose(0, 2), rng.normal(LK, B, D).transpose(0, 1)
        straight = [one.contiguous() for one in strided]
        assert_same(layer(*strided), layer(*straight), what="the output for non-contiguous inputs")
        # Equal positions attend to one vector, as a single one does.
        one, many = x[:, :1], memory[:, :1]
        whole = layer(one.expand(B, LQ, D), many.expand(B, LK, D))
        assert_same(layer(one, memory), layer(one.expand(B, LQ, D), memory)[:, :1], what="of a single position")
        assert_same(layer(one, many), whole[:, :1], what="the output for a single position and a single source")
        assert_same(layer(x[1:], memory[1:]), layer(x, memory)[1:], what="the output of one row of the batch alone")
        made = student(D, H, F, **settings)
        for name, norm in (("norm1", made.norm1), ("norm2", made.norm2)):
            expect(norm.eps == 1e-5, f"{name}.eps to be that of nn.LayerNorm(d_model), 1e-05", f"{norm.eps}")


@check(
    points=0.75,
    says="gradients reach x, the memory and every parameter, in float64 all the way for float64 inputs",
    asks="Is there a step between x and the output that records no gradient, or a cast?",
)
def test_gradients(student, rng):
    for settings in KINDS:
        layer = student(D, H, F, **settings)
        state, call = draw_weights(layer, rng, dtype=torch.float64), output(layer)
        masks = {"self_mask": torch.ones(LQ, LQ, dtype=torch.bool)}
        masks["self_mask"][3] = False
        given = dict(zip(("x", "memory"), inputs(rng, settings, torch.float64), strict=False))
        assert_own_parameter_gradients(layer, state, lambda a=call, g=given, m=masks: a(*g.values(), **m), rng)
        assert_own_gradients(lambda *tensors, a=call, m=masks: a(*tensors, **m), given, rng)


@check(
    points=0.5,
    says="dropout acts while training, anew in every call, and not in evaluation",
    asks="Which parts does your dropout reach, and how does it know about evaluation mode?",
)
def test_dropout(student, rng):
    for settings in KINDS:
        given, plain = inputs(rng, settings), student(D, H, F, **settings)
        state = draw_weights(plain, rng)
        assert_no_stub(output(plain), *given, what="the output")
        wanted = output(plain)(*given)
        what = "the output of a layer with the default dropout, 0,"
        assert_same_in_both_modes(plain, lambda a=plain, g=given: output(a)(*g), wanted, what=what)
        layer = student(D, H, F, dropout=0.5, **settings)
        load_weights(layer, state, "the layer")
        what = f"the output of {named(settings)}"
        assert_dropout_in_training_only(layer, lambda a=layer, g=given: output(a)(*g), wanted, what=what)


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    x, memory = rng.normal(B, LQ, D), rng.normal(B, LK, D)
    student(D, H, F)(x, memory)
    student(D, H, F, norm_first=True)(x, memory)
    student(D, H, F, cross_attention=False)(x)
