"""Hidden checks of lesson 09, exercise decoder.

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

# Layers, batch, lengths of target and memory, features, heads, feed-forward width: no two alike.
N, B, LQ, LK, D, H, F = 4, 2, 5, 9, 12, 3, 6
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


def inputs(rng, settings, dtype=torch.float64):
    """x, and the memory where the decoder takes one."""
    x = rng.normal(B, LQ, D, dtype=dtype)
    return (x, rng.normal(B, LK, D, dtype=dtype)) if settings["cross_attention"] else (x,)


def drawn(student, rng, settings, number=N):
    """A decoder with random weights, which holds no constant answer, and the weights.

    In float64, so that what rounding grows to in a stack does not blur the comparison.
    """
    decoder = student(number, D, H, F, **settings)
    state = draw_weights(decoder, rng, dtype=torch.float64)
    assert_no_stub(decoder, *inputs(rng, settings), what="the output")
    return decoder, state


def layers_in_turn(decoder, x, memory=None):
    """What the layers give, one after another, without masks."""
    for layer in decoder.layers:
        x = layer(x, memory, None, None)
    return x


@check(
    points=0.5,
    says="the decoder returns one tensor of the shape and dtype of x, and leaves its inputs as they were",
    asks="What does forward return, and is there a number or a tensor of a dtype of its own in between?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in KINDS[:2]:
            decoder = student(N, D, H, F, **settings)
            decoder.to(dtype)
            given = inputs(rng, settings, dtype)
            masks = {"self_mask": rng.mask(B, LQ, LQ), "memory_mask": rng.mask(B, 1, LK)}
            assert_tensor(
                decoder(*given), (B, LQ, D), dtype, f"the result of {named(settings)}", axes=("B", "L_q", "D")
            )
            single = (one[:1, :1] for one in given)
            assert_tensor(decoder(*single), (1, 1, D), dtype, f"the result of {named(settings)} for a single position")
            assert_untouched(
                {**dict(zip(("x", "memory"), given, strict=False)), **masks},
                lambda decoder=decoder, given=given, masks=masks: decoder(*given, **masks),
            )


@check(
    points=0.75,
    says="layers holds num_layers layers, each with its own weights; only pre-norm adds final_norm",
    asks="Does PyTorch know each of your layers, and is each one made anew?",
)
def test_names(student, reference):
    for settings in KINDS:
        decoder = student(N, D, H, F, **settings)
        assert_same_weights(decoder, reference(N, D, H, F, **settings), named(settings))
        expect(len(decoder.layers) == N, f"{N} layers", f"{len(decoder.layers)}")


@check(
    points=0.75,
    says="the output of each layer is the input of the next, and every layer reads the same memory",
    asks="What does the second layer read as x, and what as its memory?",
)
def test_layers(student, rng):
    for number, settings in ((N, KINDS[0]), (1, KINDS[0]), (2, KINDS[0])):
        decoder, _ = drawn(student, rng, settings, number)
        given = inputs(rng, settings)
        what = f"the output of {number} layer{'s' * (number > 1)}, compared with that of the layers one after another,"
        assert_same(decoder(*given), layers_in_turn(decoder, *given), what=what)
    # Normalised once more, it is no matter here whether final_norm is applied, at the end.
    decoder, state = drawn(student, rng, KINDS[1])
    plain = {name: torch.full((D,), float(name.endswith("weight"))) for name in state if name.startswith("final_norm")}
    decoder.load_state_dict(plain, strict=False)
    given = inputs(rng, KINDS[1])
    both = decoder(*given), layers_in_turn(decoder, *given)
    seen, wanted = (torch.nn.functional.layer_norm(y, (D,)) for y in both)
    assert_same(seen, wanted, atol=1e-4, what="the output of pre-norm layers, but for its size,")


@check(
    points=0.5,
    says="with norm_first final_norm is applied once, at the very end",
    asks="How often does final_norm run, and on what?",
)
def test_final_norm(student, rng):
    small = student(1, 2, 1, 2, **KINDS[1])
    state = {
        name: torch.eye(2) if len(weight.shape) > 1 else torch.full(weight.shape, float(name.endswith("weight")))
        for name, weight in weights(small).items()
    }
    load_weights(small, state, "the decoder")
    small.eval()
    # The layer alone gives (0, 5): a memory of 0 adds nothing.
    name = f"{named(KINDS[1])}, one layer of identity matrices, gains of 1 and biases of 0, called with "
    assert_example(small, torch.tensor([[[1.0, 3.0]]]), torch.zeros(1, 1, 2), gives=[[[-1, 1]]], name=name)
    decoder, state = drawn(student, rng, KINDS[1])
    given, gain, bias = inputs(rng, KINDS[1]), rng.normal(D) + 3, rng.normal(D)
    load_weights(decoder, state | {"final_norm.weight": torch.ones(D), "final_norm.bias": torch.zeros(D)})
    normed = decoder(*given)
    load_weights(decoder, state | {"final_norm.weight": gain, "final_norm.bias": bias})
    what = "the output after a change of final_norm's gain and bias, compared with that gain and bias of the output,"
    # No layer is to see what they are.
    assert_same(decoder(*given), gain * normed + bias, atol=1e-4, what=what)
    eps = decoder.final_norm.eps
    expect(eps == 1e-5, "final_norm.eps to be that of nn.LayerNorm(d_model), 1e-05", f"{eps}")


@check(
    points=0.5,
    says="self_mask and memory_mask hold in every layer, each in its own attention",
    asks="Which layers get which mask?",
)
def test_masks(student, rng):
    for settings in KINDS[:2]:
        # Two layers: in a deep post-norm stack of random weights, what is seen fades.
        decoder, _ = drawn(student, rng, settings, 2)
        x, memory = inputs(rng, settings)
        for own, other in (((B, LQ, LQ), (B, LQ, LK)), ((LQ, LQ), (B, 1, LK))):
            masks = {"self_mask": rng.mask(*own), "memory_mask": rng.mask(*other)}
            out = {
                "self_mask": masks["self_mask"].expand(B, LQ, LQ).clone(),
                "memory_mask": masks["memory_mask"].expand(B, LQ, LK).clone(),
            }
            what = f"the output under a self_mask of shape {own} and a memory_mask of shape {other}, written out,"
            assert_same(decoder(x, memory, **out), decoder(x, memory, **masks), what=what)
        what = "the output with masks by position"
        assert_same(decoder(x, memory, *masks.values()), decoder(x, memory, **masks), what=what)
        # Who may see the first positions and sources only, in every layer, is as if there were no others.
        for sources in (memory, memory[:, :LQ]):
            own, other = torch.ones(LQ, LQ, dtype=torch.bool), torch.ones(LQ, sources.shape[1], dtype=torch.bool)
            own[:3, 3:], other[:, 4:] = False, False
            free = decoder(x, sources)[:, :3]
            for masks, alone, kind in (
                ({"self_mask": own}, decoder(x[:, :3], sources), "self_mask"),
                ({"memory_mask": other}, decoder(x, sources[:, :4])[:, :3], "memory_mask"),
                ({"self_mask": own, "memory_mask": other}, decoder(x[:, :3], sources[:, :4]), "both masks"),
            ):
                what = f"what {kind} leaves to be seen, compared with the same positions and sources alone,"
                assert_same(decoder(x, sources, **masks)[:, :3], alone, what=what)
                assert_different(free, alone, least=1e-6, what=f"the output without {kind}")


@check(
    points=0.5,
    says="without cross-attention the decoder reads x alone, as a GPT does: nothing later under a causal mask",
    asks="Does every layer get the mask, and none a memory?",
)
def test_causal(student, rng):
    causal = torch.ones(LQ, LQ, dtype=torch.bool).tril()
    for settings in KINDS[2:]:
        decoder, _ = drawn(student, rng, settings, 2)
        (x,) = inputs(rng, settings)
        whole, prefix = decoder(x, self_mask=causal), decoder(x[:, :3], self_mask=causal[:3, :3])
        assert_same(prefix, whole[:, :3], what="the outputs of a prefix, compared with those of the whole sequence,")
        assert_same(decoder(x, None, causal), whole, what="the output without a memory, its mask by position")
        free = decoder(x)[:, :3]
        assert_different(free, whole[:, :3], least=1e-6, what="the output without a mask, where all is seen,")


@check(
    points=0.5,
    says="activation and norm_first reach every layer, and settings may be given by position",
    asks="Which of the constructor's arguments does each layer get, and in which order?",
)
def test_settings(student, reference, rng):
    x, memory = inputs(rng, KINDS[0])
    for key, value in (("dropout", 0.0), ("activation", "gelu"), ("activation", "gelu_tanh"), ("norm_first", True)):
        ours = reference(1, D, H, F, **{key: value}).to(torch.float64).layers[0]
        decoder, layer_state = student(2, D, H, F, **{key: value}), random_weights(ours, rng)
        decoder.to(torch.float64)
        decoder.eval()
        ours.load_state_dict(layer_state)
        for layer in decoder.layers:
            load_weights(layer, layer_state, "a layer")
            what = f"the output of each layer, alone, with {key}={value!r}"
            assert_close(layer(x, memory, None, None), ours(x, memory), what=what)
    settings = {"activation": "gelu", "norm_first": True, "cross_attention": False}
    plain, state = drawn(student, rng, settings, 2)
    in_order = student(2, D, H, F, 0.0, "gelu", True, False)
    in_order.to(torch.float64)
    load_weights(in_order, state, "the decoder")
    assert_same(in_order(x), plain(x), what="the output with all settings by position")


@check(
    points=0.25,
    says="gradients reach x, the memory and every parameter of every layer, in float64 all the way",
    asks="Is there a step between x and the output that records no gradient, or a cast?",
)
def test_gradients(student, rng):
    masks = {"self_mask": torch.ones(LQ, LQ, dtype=torch.bool).tril()}
    for settings in KINDS[:2]:
        decoder, state = drawn(student, rng, settings)
        given = dict(zip(("x", "memory"), inputs(rng, settings), strict=False))
        assert_own_parameter_gradients(decoder, state, lambda a=decoder, g=given: a(*g.values(), **masks), rng)
        assert_own_gradients(lambda *tensors, a=decoder: a(*tensors, **masks), given, rng)


@check(
    points=0.25,
    says="dropout acts while training, anew in every call, and not in evaluation",
    asks="Which layers get the dropout?",
)
def test_dropout(student, rng):
    for settings in KINDS[:2]:
        plain, state = drawn(student, rng, settings)
        given = inputs(rng, settings)
        wanted = plain(*given)
        what = "the output of a decoder with the default dropout, 0,"
        assert_same_in_both_modes(plain, lambda a=plain, g=given: a(*g), wanted, what=what)
        decoder = student(N, D, H, F, dropout=0.5, **settings)
        decoder.to(torch.float64)
        load_weights(decoder, state, "the decoder")
        what = f"the output of {named(settings)}"
        assert_dropout_in_training_only(decoder, lambda a=decoder, g=given: a(*g), wanted, what=what)


@check(
    points=0.25,
    says="settings that cannot work are a ValueError in the constructor",
    asks="What would a decoder without layers return?",
)
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
