"""Hidden checks of lesson 10, exercise linear."""

import torch
from nbjudge import (
    assert_close,
    assert_same_gradients,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    load_weights,
    pair,
    weights,
)

B, L, IN, OUT = 2, 5, 3, 7
READY_MADE = [
    "torch.nn.Linear",
    "torch.nn.functional.linear",
    "torch.nn.LazyLinear",
    "torch.nn.Bilinear",
    "torch.nn.functional.bilinear",
    "attnkit.parts.Linear",
]


@check(points=0.5, says="the last axis goes from in_features to out_features, and all before it stay as they are")
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for settings in ({}, {"bias": False}):
            layer = student(IN, OUT, **settings)
            layer.to(dtype)
            for lead in ((), (B,), (B, L), (B, 4, 1, L)):
                x = rng.normal(*lead, IN, dtype=dtype)
                assert_untouched({"x": x}, lambda a=layer, x=x: a(x))
                assert_tensor(layer(x), (*lead, OUT), dtype)


@check(points=0.75, says="weight (out, in) and bias (out,) are parameters under these names, and the only ones")
def test_parameters(student, reference):
    layer = student(IN, OUT)
    assert_same_weights(layer, reference(IN, OUT), "the layer")
    expect(all(weight.learns for weight in weights(layer).values()), "parameters that learn", "requires_grad=False")
    expect(layer.bias is not None, "a bias by default", "None")


@check(points=0.5, says="without a bias there is none: bias is None, and the weight is the only parameter")
def test_no_bias(student, reference, rng):
    for layer in (student(IN, OUT, bias=False), student(IN, OUT, False)):
        assert_same_weights(layer, reference(IN, OUT, bias=False), "a layer without a bias")
        expect(layer.bias is None, "an attribute bias that is None", "something else")
    layer, ours = pair(student, reference, rng, IN, OUT, bias=False)
    x = rng.normal(B, L, IN)
    assert_close(layer(x), ours(x), what="the output without a bias")


@check(points=1, says="each output is the dot product of the input with its row of the weight, plus its bias")
def test_values(student, reference, rng):
    for lead in ((), (B,), (B, L), (B, 4, 1, L)):
        layer, ours = pair(student, reference, rng, IN, OUT)
        x = rng.normal(*lead, IN)
        assert_close(layer(x), ours(x), what=f"the output for {len(lead)} leading dimensions")
    layer, ours = pair(student, reference, rng, IN, OUT, dtype=torch.float64)
    x = rng.normal(B, L, IN, dtype=torch.float64)
    assert_close(layer(x), ours(x), what="the float64 output")


@check(points=0.5, says="gradients reach x, the weight and the bias")
def test_gradients(student, reference, rng):
    for settings in ({}, {"bias": False}):
        layer, ours = pair(student, reference, rng, IN, OUT, dtype=torch.float64, **settings)
        assert_same_gradients(layer, ours, {"x": rng.normal(B, L, IN, dtype=torch.float64)}, rng)
        assert_same_parameter_gradients(layer, ours)
    layer, ours = pair(student, reference, rng, IN, OUT)
    zero = {name: torch.zeros_like(value) for name, value in ours.state_dict().items()}
    for each in (layer, ours):
        load_weights(each, zero)
    assert_same_gradients(layer, ours, {"x": rng.normal(B, L, IN)}, rng)
    assert_same_parameter_gradients(layer, ours)  # a weight without one would never learn


@check(points=0.5, says="square sizes, sizes of 1, large values and any memory layout work like everything else")
def test_edges(student, reference, rng):
    for sizes in ((4, 4), (1, 6), (6, 1), (1, 1)):
        layer, ours = pair(student, reference, rng, *sizes)
        x = rng.normal(4, 4, sizes[0])
        assert_close(layer(x), ours(x), what=f"the output for in, out = {sizes}")
    layer, ours = pair(student, reference, rng, IN, OUT)
    for x, case in (
        (1e4 * rng.normal(L, IN), "for values of ±1e4"),
        (rng.normal(IN, L, B).transpose(0, 2), "for a non-contiguous x"),
    ):
        assert_close(layer(x), ours(x), what=f"the output {case}")


@check(points=0.25, says="the layer is made of nn.Parameter, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(IN, OUT)(rng.normal(B, L, IN))
    student(IN, OUT, bias=False)(rng.normal(IN))
