"""Hidden checks of lesson 06, exercise encoder_layer.

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


def output(layer):
    """A call of the layer, for its output alone."""

    def call(*given, **named):
        result = layer(*given, **named)
        return result[0] if isinstance(result, tuple) and result else result

    return call


def drawn(student, rng, **settings):
    """A call of a layer with random weights, which holds no constant answer."""
    layer = student(D, H, F, **settings)
    draw_weights(layer, rng)
    call = output(layer)
    assert_no_stub(call, rng.normal(B, L, D), what="the output")
    return call


def values(student, reference, rng, norm_first, gives):
    """The output is what the reference says, by the norms' own ε, after an example with identity matrices."""
    kind = "pre-norm" if norm_first else "post-norm"
    small = student(2, 1, 2, norm_first=norm_first)
    state = {
        name: torch.eye(2) if len(weight.shape) > 1 else torch.full(weight.shape, float(name.endswith("weight")))
        for name, weight in weights(small).items()
    }
    load_weights(small, state, "the layer")
    small.eval()
    name = f"a {kind} EncoderLayer(2, 1, 2) with identity matrices, gains of 1 and biases of 0, called with "
    assert_example(output(small), torch.tensor([[[1.0, 3.0]]]), gives=[[gives]], name=name)
    named = {"norm_first": norm_first}
    for sizes, settings in (((D, H, F), named), ((4, 4, 4), named if norm_first else {})):
        layer, ours = pair(student, reference, rng, *sizes, dtype=torch.float64, **settings)
        ours.norm1.eps, ours.norm2.eps = layer.norm1.eps, layer.norm2.eps
        x = rng.normal(B, L, sizes[0], dtype=torch.float64)
        assert_close(output(layer)(x), ours(x), what=f"the output of a {kind} layer")


@check(
    points=0.5,
    says="the layer returns one tensor of the shape and dtype of x, and leaves x and the mask as they were",
    asks="What does forward return besides the output, and does it write to x, as `+=` does?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H, F)
        layer.to(dtype)
        x, mask = rng.normal(B, L, D, dtype=dtype), rng.mask(B, L, L)
        assert_tensor(layer(x), (B, L, D), dtype, axes=("B", "L", "D"), what="the output")
        assert_tensor(layer(x, mask), (B, L, D), dtype, axes=("B", "L", "D"), what="the output under a mask")
        assert_untouched({"x": x, "the mask": mask}, lambda a=layer, x=x, m=mask: a(x, m))


@check(
    points=0.5,
    says="self_attention, feed_forward, norm1 and norm2 are registered under these names, and nothing else",
    asks="Which parts does the exercise name, and is each of them made once and assigned to self?",
)
def test_names(student, reference):
    for settings in ({}, {"norm_first": True, "dropout": 0.1}):
        assert_same_weights(student(D, H, F, **settings), reference(D, H, F, **settings), "the layer")


@check(
    points=1,
    says="post-norm: norm1(x + attention), then norm2 of that plus its feed-forward",
    asks="In post-norm, what exactly does each norm get, and what is added to each sublayer's result?",
)
def test_post_norm(student, reference, rng):
    values(student, reference, rng, False, [-1, 1])


@check(
    points=1,
    says="pre-norm: x + attention(norm1(x)), then that plus feed-forward(norm2 of it)",
    asks="In pre-norm, which vectors go into each sublayer, and which are added to its result?",
)
def test_pre_norm(student, reference, rng):
    values(student, reference, rng, True, [0, 5])


@check(
    points=0.75,
    says="activation chooses what the feed-forward network uses, and an unknown one is a ValueError",
    asks="Which of the constructor's arguments does your feed-forward network get?",
)
def test_activation(student, reference, rng):
    x, sizes = rng.normal(B, L, D), (D, H, F)
    for norm_first in (False, True):
        gelu, ours = pair(student, reference, rng, *sizes, activation="gelu", norm_first=norm_first)
        relu, in_order = student(*sizes, norm_first=norm_first), student(*sizes, 0.0, "gelu", norm_first)
        state = ours.state_dict()
        assert_no_stub(output(gelu), x, what="the output")
        load_weights(in_order, state, "the layer")
        in_order.eval()
        what = "the output where dropout, activation and norm_first are given by position"
        assert_same(output(in_order)(x), output(gelu)(x), what=what)
        # What is the same number for every x, GELU(z) and ReLU(0), is as good as a bias.
        bias, matrix = state["feed_forward.linear_in.bias"], state["feed_forward.linear_out.weight"]
        state["feed_forward.linear_in.weight"] = torch.zeros(F, D)
        load_weights(gelu, state, "the layer")
        state["feed_forward.linear_in.bias"] = torch.zeros(F)
        extra = matrix @ torch.nn.functional.gelu(bias)
        state["feed_forward.linear_out.bias"] = state["feed_forward.linear_out.bias"] + extra
        load_weights(relu, state, "the layer")
        relu.eval()
        what = "the output with activation='gelu', where GELU gives the same as a bias does without"
        assert_same(output(gelu)(x), output(relu)(x), what=what)
    assert_raises(ValueError, student, *sizes, activation="swosh", what="activation='swosh'")
    assert_raises(ValueError, student, D, 5, F, what=f"d_model={D} with num_heads=5")


@check(
    points=1,
    says="a position attends only where the mask is True, for every shape that broadcasts to (B, L, L)",
    asks="What reaches the attention as its mask, and does True stand for a position that is seen?",
)
def test_mask(student, rng):
    for norm_first in (False, True):
        layer, x = drawn(student, rng, norm_first=norm_first), rng.normal(B, L, D)
        plain = layer(x)
        assert_same(layer(x, torch.ones(L, dtype=torch.bool)), plain, what="the output where all may be seen")
        # Who may see some positions only, itself among them, is as if the others were not there.
        for shape in ((B, L, L), (B, 1, L), (L, L), (1, L, L), (L,)):
            mask = rng.mask(*shape)
            whole = mask.expand(B, L, L)
            seen = layer(x, mask)
            assert_same(seen, layer(x, whole.clone()), what=f"the output under a mask of shape {shape}, written out,")
            row, place = next(((b, i) for b in range(B) for i in range(L) if whole[b, i, i]), (0, 0))
            left = whole[row, place].clone()
            left[place] = True
            whole = whole.clone()
            whole[row, place] = left
            alone = layer(x[row : row + 1, left])[0, int(left[:place].sum())]
            assert_same(layer(x, whole)[row, place], alone, what="the output of a position, beside what it sees alone,")
        assert_same(layer(x, mask=mask), layer(x, mask), what="the output with the mask given by name")
        # What may not be seen is no matter, though it stands in the sequence.
        mask, other = ~torch.eye(L, dtype=torch.bool), x.clone()
        mask[:, 4:] = False
        mask[0] = False
        other[:, 4:] = rng.normal(B, 3, D)
        before, after = layer(x, mask), layer(other, mask)
        assert_same(after[:, :4], before[:, :4], what="the output of positions that see none of those that changed")
        assert_different(after[:, 4:], before[:, 4:], everywhere=True, what="the output of positions that changed")
        other = x.clone()
        other[:, 1:4] = rng.normal(B, 3, D)
        after = layer(other, mask)
        assert_same(after[:, 0], before[:, 0], what="the output of a position that may attend to nothing")
        assert_different(after[:, 4:], before[:, 4:], everywhere=True, what="the output where what is seen changed")
        many, mask = rng.normal(L, L, D), rng.mask(L, L)
        what = "the output under a mask of shape (L, L), where B = L,"
        assert_same(layer(many, mask)[1:3], layer(many[1:3], mask), what=what)


@check(
    points=0.5,
    says="shuffled positions give shuffled outputs, and each sequence is on its own",
    asks="Does anything but the attention let one position see another?",
)
def test_properties(student, rng):
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    for norm_first in (False, True):
        layer, x = drawn(student, rng, norm_first=norm_first), rng.normal(B, L, D)
        plain = layer(x)
        assert_same(layer(x[:, order]), plain[:, order], what="the output for shuffled positions")
        assert_different(plain[:, order], plain, everywhere=True, what="the output of another position")
        assert_same(layer(x[1:]), plain[1:], what="the output of a sequence alone")


@check(
    points=0.5,
    says="a single position and any memory layout work like everything else, and ε is that of nn.LayerNorm",
    asks="Is there a `view`, a `squeeze`, or an ε of your own?",
)
def test_edges(student, rng):
    for norm_first in (False, True):
        layer, x = drawn(student, rng, norm_first=norm_first), rng.normal(D, L, B).transpose(0, 2)
        assert_same(layer(x), layer(x.contiguous()), what="the output for a non-contiguous x")
        alone = layer(x[:, 2:3])
        assert_tensor(alone, (B, 1, D), what="the output for a single position")
        # Equal positions attend to one vector, as a single one does.
        assert_same(alone, layer(x[:, 2:3].expand(B, L, D))[:, :1], what="the output for a single position")
        made = student(D, H, F, norm_first=norm_first)
        for name, norm in (("norm1", made.norm1), ("norm2", made.norm2)):
            expect(norm.eps == 1e-5, f"{name}.eps to be that of nn.LayerNorm(d_model), 1e-05", f"{norm.eps}")


@check(
    points=0.5,
    says="gradients reach x and every parameter, computed in float64 all the way for float64 inputs",
    asks="Is there a step between x and the output that records no gradient, or a cast?",
)
def test_gradients(student, rng):
    for norm_first in (False, True):
        layer, mask = student(D, H, F, norm_first=norm_first), rng.mask(B, L, L)
        state, call = draw_weights(layer, rng, dtype=torch.float64), output(layer)
        mask[1, 3] = False
        x = rng.normal(B, L, D, dtype=torch.float64)
        assert_own_parameter_gradients(layer, state, lambda a=call, x=x, m=mask: a(x, m), rng)
        assert_own_gradients(lambda x, a=call, m=mask: a(x, m), {"x": x}, rng)


@check(
    points=0.5,
    says="dropout acts while training, anew in every call, and not in evaluation",
    asks="Which parts does your dropout reach, and how does it know about evaluation mode?",
)
def test_dropout(student, rng):
    x = rng.normal(B, L, D)
    for norm_first in (False, True):
        plain = student(D, H, F, norm_first=norm_first)
        state = draw_weights(plain, rng)
        assert_no_stub(output(plain), x, what="the output")
        wanted = output(plain)(x)
        what = "the output of a layer with the default dropout, 0,"
        assert_same_in_both_modes(plain, lambda a=plain: output(a)(x), wanted, what=what)
        layer = student(D, H, F, dropout=0.5, norm_first=norm_first)
        load_weights(layer, state, "the layer")
        assert_dropout_in_training_only(layer, lambda a=layer: output(a)(x), wanted, what="the output")


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(D, H, F)(rng.normal(B, L, D))
    student(D, H, F, norm_first=True)(rng.normal(B, L, D), rng.mask(L, L))
