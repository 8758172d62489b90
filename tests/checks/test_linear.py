"""Hidden checks of lesson 10, exercise linear."""

import torch
from nbjudge import (
    assert_close,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_same,
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

B, L, IN, OUT = 2, 5, 3, 7
# Where the learner's layer is asked about itself, nothing depends on its sizes.
D = 4
READY_MADE = [
    "torch.nn.Linear",
    "torch.nn.functional.linear",
    "torch.nn.LazyLinear",
    "torch.nn.Bilinear",
    "torch.nn.functional.bilinear",
    "attnkit.parts.Linear",
]


def drawn(student, rng, *sizes, dtype=torch.float32, **settings):
    """The learner's layer with random weights under whichever names it has, and these weights."""
    layer = student(*sizes, **settings)
    if dtype != torch.float32:
        layer.to(dtype)
    return layer, draw_weights(layer, rng, dtype=dtype)


@check(
    points=0.5,
    says="the last axis goes from in_features to out_features, and all before it stay as they are",
    asks="Which axes does your product keep, whatever their number?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in ({}, {"bias": False}):
            layer = student(IN, OUT, **settings)
            layer.to(dtype)
            for lead in ((), (B,), (B, L), (B, 4, 1, L)):
                x = rng.normal(*lead, IN, dtype=dtype)
                assert_untouched({"x": x}, lambda a=layer, x=x: a(x))
                assert_tensor(layer(x), (*lead, OUT), dtype, axes=("...", "out"))


@check(
    points=0.5,
    says="weight (out, in) and bias (out,) are parameters under these names, and the only ones",
    asks="What does state_dict() of your layer list?",
)
def test_parameters(student, reference):
    layer = student(IN, OUT)
    assert_same_weights(layer, reference(IN, OUT), "the layer")
    expect(all(weight.learns for weight in weights(layer).values()), "parameters that learn", "requires_grad=False")
    expect(layer.bias is not None, "a bias by default", "None")


@check(
    points=0.5,
    says="without a bias there is none: bias is None, and the output is that of a bias of 0",
    asks="What is layer.bias where bias=False?",
)
def test_no_bias(student, rng):
    layer, state = drawn(student, rng, D, D, bias=False)
    x = rng.normal(L, D)
    assert_no_stub(layer, x, what="the output without a bias")
    expect(layer.bias is None, "an attribute bias that is None", "something else")
    expect(
        student(D, D, False).bias is None, "an attribute bias that is None, bias being the third argument", "another"
    )
    held = list(weights(layer))
    expect(len(held) == 1, "one weight in the state_dict of a layer without a bias", ", ".join(held) or "none")
    other = student(D, D)
    zeros = {name: torch.zeros(weight.shape) for name, weight in weights(other).items()}
    load_weights(other, zeros | state)
    assert_same(layer(x), other(x), what="the output without a bias, compared with that for a bias of 0,")


@check(
    points=1,
    says="each output is the dot product of the input with its row of the weight, plus its bias",
    asks="Which row of the weight makes which output, and is anything else multiplied or added?",
)
def test_values(student, reference, rng):
    small = student(2, 1)
    load_weights(small, {"weight": torch.tensor([[2.0, 3.0]]), "bias": torch.tensor([1.0])})
    name = "Linear(2, 1) of weight [[2, 3]] and bias [1]"
    assert_example(small, torch.tensor([[1.0, 10.0]]), gives=[[33]], name=name)
    for sizes in ((IN, OUT), (4, 4), (1, 6), (6, 1), (1, 1), (64, 2)):
        layer, ours = pair(student, reference, rng, *sizes)
        x = rng.normal(L, sizes[0])
        assert_close(layer(x), ours(x), what=f"the output for in, out = {sizes}")
    layer, ours = pair(student, reference, rng, IN, OUT, dtype=torch.float64)
    x = rng.normal(L, IN, dtype=torch.float64)
    assert_close(layer(x), ours(x), what="the float64 output")


@check(
    points=0.5,
    says="gradients reach x, the weight and the bias, be they 0",
    asks="Is there a step that records no gradient, or one that is left out for some values?",
)
def test_gradients(student, rng):
    for settings in ({}, {"bias": False}):
        layer, state = drawn(student, rng, D, D, dtype=torch.float64, **settings)
        x = rng.normal(L, D, dtype=torch.float64)
        assert_no_stub(layer, x, what="the output")
        assert_own_parameter_gradients(layer, state, lambda a=layer, x=x: a(x), rng)
        assert_own_gradients(layer, {"x": x}, rng)
        layer = student(D, D, **settings)
        layer.to(torch.float64)
        zeros = {name: torch.zeros_like(value) for name, value in state.items()}
        # A weight of 0 without a gradient would never learn.
        assert_own_parameter_gradients(layer, zeros, lambda a=layer, x=x: a(x), rng)


@check(
    points=0.5,
    says="every vector of x is treated alone and alike, small or large, in any memory layout",
    asks="Does an output depend on anything but its own vector of x?",
)
def test_edges(student, rng):
    layer, _ = drawn(student, rng, D, D)
    x = rng.normal(L, D)
    assert_no_stub(layer, x, what="the output")
    whole, still = layer(x), layer(torch.zeros(L, D))
    assert_same(layer(x[2:3]), whole[2:3], what="the output of one row alone")
    assert_same(layer(x.t().contiguous().t()), whole, what="the output for a non-contiguous x")
    # A bias beside values of ±1e4 is rounded to 1e-3.
    assert_same(
        (layer(1e4 * x) - still) / 1e4, whole - still, what="the output for x × 1e4, without bias, divided by 1e4,"
    )
    x = rng.normal(L, B, 3, D)
    rows = layer(x.reshape(-1, D)).reshape(L, B, 3, D)
    assert_same(layer(x), rows, what="the output with three leading dimensions, compared with that of the rows,")
    turned = x.transpose(0, 2)
    assert_same(layer(turned), rows.transpose(0, 2), what="the output for leading dimensions in another order")
    assert_same(layer(x[0, 0, 0]), rows[0, 0, 0], what="the output of a single vector")


@check(points=0.5, says="the layer is made of nn.Parameter, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(IN, OUT)(rng.normal(B, L, IN))
    student(IN, OUT, bias=False)(rng.normal(IN))
