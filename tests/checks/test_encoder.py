"""Hidden checks of lesson 06, exercise encoder.

What a layer does is the exercise before this one: here the stack is compared with its own layers, one after another.
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
    random_weights,
    weights,
)

# Layers, batch, length, features, heads, width of the feed-forward network: no two alike.
N, B, L, D, H, F = 4, 2, 7, 12, 3, 6
READY_MADE = [
    "torch.nn.TransformerEncoderLayer",
    "torch.nn.TransformerEncoder",
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
    "torch.nn.Transformer",
    "attnkit.parts.Encoder",
    "attnkit.parts.Decoder",
]


def drawn(student, rng, *settings, number=N, **named):
    """An encoder with random weights, which holds no constant answer.

    In float64, so that what rounding grows to in a stack does not blur the comparison.
    """
    encoder = student(number, D, H, F, *settings, **named)
    state = draw_weights(encoder, rng, dtype=torch.float64)
    assert_no_stub(encoder, rng.normal(B, L, D, dtype=torch.float64), what="the output")
    return encoder, state


def layers_in_turn(encoder, x):
    """What the layers give, one after another, without a mask."""
    for layer in encoder.layers:
        x = layer(x, None)
    return x


@check(
    points=0.5,
    says="the encoder returns one tensor of the shape and dtype of x, and leaves x and the mask as they were",
    asks="What does forward return, and is there a number or a tensor of a dtype of its own in between?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        encoder = student(N, D, H, F)
        encoder.to(dtype)
        x, mask = rng.normal(B, L, D, dtype=dtype), rng.mask(B, L, L)
        assert_tensor(encoder(x), (B, L, D), dtype, axes=("B", "L", "D"), what="the output")
        assert_tensor(encoder(x, mask), (B, L, D), dtype, axes=("B", "L", "D"), what="the output under a mask")
        assert_tensor(encoder(x[:, :1]), (B, 1, D), dtype, axes=("B", "L", "D"), what="the output for one position")
        assert_untouched({"x": x, "the mask": mask}, lambda a=encoder, x=x, m=mask: a(x, m))


@check(
    points=0.75,
    says="layers holds num_layers layers, each with its own weights; only pre-norm adds final_norm",
    asks="Does PyTorch know each of your layers, and is each one made anew?",
)
def test_names(student, reference):
    for settings, kind in (({}, "without norm_first"), ({"norm_first": True}, "with norm_first")):
        encoder, ours = student(N, D, H, F, **settings), reference(N, D, H, F, **settings)
        assert_same_weights(encoder, ours, f"an encoder {kind}")
        expect(len(encoder.layers) == N, f"{N} layers", f"{len(encoder.layers)}")


@check(
    points=0.75,
    says="the output of each layer is the input of the next, from the first to the last",
    asks="What does the second layer read, and which layer comes last?",
)
def test_layers(student, rng):
    for number in (N, 1, 2):
        encoder, _ = drawn(student, rng, number=number)
        x = rng.normal(B, L, D, dtype=torch.float64)
        what = f"the output of {number} layer{'s' * (number > 1)}, compared with that of the layers one after another,"
        assert_same(encoder(x), layers_in_turn(encoder, x), what=what)
    # Normalised once more, it is no matter here whether final_norm is applied, at the end.
    encoder, state = drawn(student, rng, norm_first=True)
    plain = {name: torch.full((D,), float(name.endswith("weight"))) for name in state if name.startswith("final_norm")}
    encoder.load_state_dict(plain, strict=False)
    seen, wanted = (torch.nn.functional.layer_norm(y, (D,)) for y in (encoder(x), layers_in_turn(encoder, x)))
    assert_same(seen, wanted, atol=1e-4, what="the output of pre-norm layers, but for its size,")


@check(
    points=0.75,
    says="with norm_first final_norm is applied once, at the very end",
    asks="How often does final_norm run, and on what?",
)
def test_final_norm(student, rng):
    small = student(1, 2, 1, 2, norm_first=True)
    state = {
        name: torch.eye(2) if len(weight.shape) > 1 else torch.full(weight.shape, float(name.endswith("weight")))
        for name, weight in weights(small).items()
    }
    load_weights(small, state, "the encoder")
    small.eval()
    # The layer alone gives (0, 5).
    name = "a pre-norm Encoder(1, 2, 1, 2) with identity matrices, gains of 1 and biases of 0, called with "
    assert_example(small, torch.tensor([[[1.0, 3.0]]]), gives=[[[-1, 1]]], name=name)
    encoder, state = drawn(student, rng, norm_first=True)
    x, gain, bias = rng.normal(B, L, D, dtype=torch.float64), rng.normal(D) + 3, rng.normal(D)
    plain, changed = {**state}, {**state}
    plain.update({"final_norm.weight": torch.ones(D), "final_norm.bias": torch.zeros(D)})
    changed.update({"final_norm.weight": gain, "final_norm.bias": bias})
    load_weights(encoder, plain, "the encoder")
    normed = encoder(x)
    load_weights(encoder, changed, "the encoder")
    what = "the output after a change of final_norm's gain and bias, compared with that gain and bias of the output,"
    # No layer is to see what they are.
    assert_same(encoder(x), gain * normed + bias, atol=1e-4, what=what)
    expect(
        encoder.final_norm.eps == 1e-5,
        "final_norm.eps to be that of nn.LayerNorm(d_model), 1e-05",
        f"{encoder.final_norm.eps}",
    )


@check(
    points=0.5,
    says="activation and norm_first reach every layer, and settings may be given by position",
    asks="Which of the constructor's arguments does each layer get, and in which order?",
)
def test_settings(student, reference, rng):
    x = rng.normal(B, L, D, dtype=torch.float64)
    for key, value in (("dropout", 0.0), ("activation", "gelu"), ("norm_first", True)):
        ours = reference(1, D, H, F, **{key: value}).to(torch.float64).layers[0]
        encoder, layer_state = student(2, D, H, F, **{key: value}), random_weights(ours, rng)
        encoder.to(torch.float64)
        encoder.eval()
        ours.load_state_dict(layer_state)
        for layer in encoder.layers:
            load_weights(layer, layer_state, "a layer")
            assert_close(layer(x, None), ours(x), what=f"the output of each layer, alone, with {key}={value!r}")
    plain, state = drawn(student, rng, number=2, activation="gelu", norm_first=True)
    in_order = student(2, D, H, F, 0.0, "gelu", True)
    in_order.to(torch.float64)
    load_weights(in_order, state, "the encoder")
    what = "the output where dropout, activation and norm_first are given by position"
    assert_same(in_order(x), plain(x), what=what)


@check(
    points=0.5,
    says="the mask holds in every layer, for every shape that broadcasts to (B, L, L)",
    asks="Which layers get the mask?",
)
def test_mask(student, rng):
    # Two layers: in a deep post-norm stack of random weights, what is seen fades.
    encoder, _ = drawn(student, rng, number=2)
    x = rng.normal(B, L, D, dtype=torch.float64)
    for shape in ((B, L, L), (B, 1, L), (L, L)):
        mask = rng.mask(*shape)
        written_out = mask.expand(B, L, L).clone()
        what = f"the output under a mask of shape {shape}, written out,"
        assert_same(encoder(x, written_out), encoder(x, mask), what=what)
    assert_same(encoder(x, mask=mask), encoder(x, mask), what="the output with the mask given by name")
    # Who sees the first positions only, in each layer, is as if there were no others; and not so where all are seen.
    hidden = torch.ones(B, L, L, dtype=torch.bool)
    hidden[:, :5, 5:] = False
    alone, whole, free = encoder(x[:, :5]), encoder(x, hidden)[:, :5], encoder(x)[:, :5]
    assert_same(whole, alone, what="the output of positions that see each other alone, beside what they are alone,")
    assert_different(free, alone, least=1e-6, what="the output where later positions are seen")
    hidden[1, :, :] = False
    other = x.clone()
    other[1, 1:] = rng.normal(L - 1, D)
    what = "the output of a position that may attend to nothing, where others changed,"
    assert_same(encoder(other, hidden)[1, 0], encoder(x, hidden)[1, 0], what=what)


@check(
    points=0.5,
    says="gradients reach x and every parameter of every layer, in float64 all the way for float64 inputs",
    asks="Is there a step between x and the output that records no gradient, or a cast?",
)
def test_gradients(student, rng):
    for norm_first in (False, True):
        encoder, state = drawn(student, rng, norm_first=norm_first)
        x, mask = rng.normal(B, L, D, dtype=torch.float64), rng.mask(B, L, L)
        assert_own_parameter_gradients(encoder, state, lambda a=encoder, x=x, m=mask: a(x, m), rng)
        assert_own_gradients(lambda x, a=encoder, m=mask: a(x, m), {"x": x}, rng)


@check(
    points=0.25,
    says="dropout acts while training, anew in every call, and not in evaluation",
    asks="Which layers get the dropout?",
)
def test_dropout(student, rng):
    x = rng.normal(B, L, D, dtype=torch.float64)
    for norm_first in (False, True):
        plain, state = drawn(student, rng, norm_first=norm_first)
        wanted = plain(x)
        what = "the output of an encoder with the default dropout, 0,"
        assert_same_in_both_modes(plain, lambda a=plain: a(x), wanted, what=what)
        encoder = student(N, D, H, F, dropout=0.5, norm_first=norm_first)
        encoder.to(torch.float64)
        load_weights(encoder, state, "the encoder")
        assert_dropout_in_training_only(encoder, lambda a=encoder: a(x), wanted, what="the output")


@check(
    points=0.25,
    says="settings that cannot work are a ValueError in the constructor",
    asks="What would an encoder without layers return?",
)
def test_errors(student):
    assert_raises(ValueError, student, 0, D, H, F, what="num_layers=0")
    assert_raises(ValueError, student, -1, D, H, F, what="num_layers=-1")
    assert_raises(ValueError, student, N, D, 5, F, what=f"d_model={D} with num_heads=5")
    assert_raises(ValueError, student, N, D, H, F, activation="swosh", what="activation='swosh'")


@check(points=0.25, says="the stack is built here, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    student(N, D, H, F)(rng.normal(B, L, D))
    student(N, D, H, F, norm_first=True)(rng.normal(B, L, D), rng.mask(L, L))
