"""Hidden checks of lesson 05, exercise feed_forward."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropout_in_training_only,
    assert_dropped,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_same_in_both_modes,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_separate,
    assert_tensor,
    assert_untouched,
    check,
    load_weights,
    pair,
    random_weights,
)

# Batch, length, features, width: no two alike.
B, L, D, F = 3, 5, 4, 7
SHOWN = {"linear_out.weight": torch.eye(F), "linear_out.bias": torch.full((F,), 5.0)}
READY_MADE = ["attnkit.parts.FeedForward", "torch.nn.TransformerEncoderLayer", "torch.nn.TransformerDecoderLayer"]


@check(points=0.5, says="the network returns one tensor of the shape and dtype of x, and leaves x as it was")
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        for activation in ("relu", "gelu"):
            network = student(D, F, activation=activation)
            network.to(dtype)
            for shape in ((B, L, D), (1, 2, D)):
                x = rng.normal(*shape, dtype=dtype)
                assert_untouched({"x": x}, lambda n=network, x=x: n(x))
                assert_tensor(network(x), shape, dtype)


@check(
    points=0.5,
    says="a network's own parameters are weight and bias of linear_in, (F, D), (F,), and linear_out, (D, F), (D,)",
)
def test_names(student, reference, rng):
    for settings in ({}, {"dropout": 0.1, "activation": "gelu"}):
        assert_same_weights(student(D, F, **settings), reference(D, F, **settings), "the network")
    one, other = student(D, F), student(D, F)
    x = rng.normal(B, L, D)
    assert_separate(one, other, random_weights(reference(D, F), rng), lambda network: network(x))


@check(points=0.75, says="by default the result is linear_out(relu(linear_in(x)))")
def test_relu(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        network, ours = pair(student, reference, rng, D, F, dtype=dtype)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(network(x), ours(x), what=f"the {str(dtype)[6:]} result")
    by_name, ours = pair(student, reference, rng, D, F, activation="relu")
    x = rng.normal(B, L, D)
    assert_close(by_name(x), ours(x), what="the result with activation='relu'")


@check(points=0.75, says="with activation='gelu' the bend is the exact GELU")
def test_gelu(student, reference, rng):
    network, ours = pair(student, reference, rng, D, F, activation="gelu")
    x = rng.normal(B, L, D)
    assert_close(network(x), ours(x), what="the result with activation='gelu'")
    in_order = student(D, F, 0.0, "gelu")
    load_weights(in_order, ours.state_dict(), "the network")
    assert_close(in_order(x), ours(x), what="the result where dropout and activation are given by position")
    # An approximation of the GELU is off by 1e-4 and more; √2 taken of a float32 tensor is right, and off by 1e-8.
    network, ours = pair(student, reference, rng, D, F, dtype=torch.float64, activation="gelu")
    x = rng.normal(B, L, D, dtype=torch.float64)
    assert_close(network(x), ours(x), atol=1e-6, what="the float64 result with activation='gelu'")


@check(points=0.25, says="an activation that is neither 'relu' nor 'gelu' is a ValueError, raised by the constructor")
def test_unknown_activation(student):
    for name in ("swosh", "", "silu", "dropout"):
        assert_raises(ValueError, student, D, F, activation=name, what=f"activation='{name}'")
    assert_raises(ValueError, student, D, F, 0.0, "leaky", what="activation='leaky', given by position")


@check(points=0.5, says="every position is treated alone, and all in the same way")
def test_positions(student, reference, rng):
    for activation in ("relu", "gelu"):
        network, _ = pair(student, reference, rng, D, F, activation=activation)
        x = rng.normal(B, L, D)
        y = network(x)
        changed = x.clone()
        changed[1, 2] = rng.normal(D)
        moved = network(changed)
        assert_different(moved[1, 2], y[1, 2], what="the result of a position that was changed")
        moved[1, 2] = y[1, 2]
        assert_same(moved, y, what="the other positions after a change of one")
        order = torch.tensor([3, 0, 4, 1, 2])
        assert_same(network(x[:, order]), y[:, order], what="the result for shuffled positions")
        assert_same(network(x[2:, 3:4]), y[2:, 3:4], what="the result for one position alone")


@check(points=0.5, says="a single feature, square sizes, huge values and any memory layout work like everything else")
def test_edges(student, reference, rng):
    for d_model, d_ff, activation in ((1, 3, "gelu"), (4, 4, "relu"), (4, 4, "gelu"), (6, 2, "relu")):
        network, ours = pair(student, reference, rng, d_model, d_ff, activation=activation)
        x = rng.normal(4, 4, d_model)
        assert_close(network(x), ours(x), what=f"the result for d_model={d_model}, d_ff={d_ff}")
        # Rounding is relative to what is summed, and the sums may be small.
        assert_close(network(1e4 * x) / 1e4, ours(1e4 * x) / 1e4, what="the result, / 1e4, for values of ±1e4")
    turned = rng.normal(6, L, B).transpose(0, 2)
    assert_close(network(turned), ours(turned), what="the result for a non-contiguous x")


@check(points=0.5, says="gradients reach x and every weight and bias")
def test_gradients(student, reference, rng):
    for activation in ("relu", "gelu"):
        network, ours = pair(student, reference, rng, D, F, dtype=torch.float64, activation=activation)
        assert_same_gradients(network, ours, {"x": rng.normal(B, L, D, dtype=torch.float64)}, rng, atol=1e-6)
        assert_same_parameter_gradients(network, ours, atol=1e-6)


@check(points=0.5, says="dropout acts after the activation, with its probability, while training only")
def test_dropout(student, reference, rng):
    for activation, p in (("gelu", 0.2), ("relu", 0.5)):
        network, ours = pair(student, reference, rng, D, F, dropout=p, activation=activation)
        x = rng.normal(B, L, D)
        assert_dropout_in_training_only(network, lambda a=network, x=x: a(x), ours(x))
        # A linear_out that adds 5 to each of its inputs, and nothing else, shows what it is given.
        network, ours = pair(student, reference, rng, F, F, dropout=p, activation=activation)
        for each in (network, ours):
            load_weights(each, SHOWN)
        network.train()
        x = rng.normal(60, L, F)
        seen = network(x)
        assert_tensor(seen, (60, L, F))
        assert_dropped(seen - 5, ours(x) - 5, p, what="what linear_out is given")
    network, ours = pair(student, reference, rng, D, F)
    x, what = rng.normal(B, L, D), "the result with the default dropout, 0,"
    assert_same_in_both_modes(network, lambda: network(x), ours(x), what=what)


@check(points=0.25, says="the network is built from its two layers, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    for activation in ("relu", "gelu"):
        student(D, F, activation=activation)(rng.normal(B, L, D))
