"""Hidden checks of lesson 05, exercise feed_forward."""

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

# Batch, length, features, width: no two alike.
B, L, D, F = 3, 5, 4, 7
READY_MADE = ["attnkit.parts.FeedForward", "torch.nn.TransformerEncoderLayer", "torch.nn.TransformerDecoderLayer"]


def random_state(rng, d_model, d_ff, dtype=torch.float32):
    """Weights and biases that keep every number of order one, so that none of them is without effect."""
    return {
        "linear_in.weight": rng.normal(d_ff, d_model, dtype=dtype) / d_model**0.5,
        "linear_in.bias": rng.normal(d_ff, dtype=dtype),
        "linear_out.weight": rng.normal(d_model, d_ff, dtype=dtype) / d_ff**0.5,
        "linear_out.bias": rng.normal(d_model, dtype=dtype),
    }


def load(module, state):
    """Fill in the weights, or say which were expected."""
    try:
        module.load_state_dict(state)
    except Exception as error:
        wanted = ", ".join(f"{name} {tuple(value.shape)}" for name, value in state.items())
        expect(getattr(error, "kind", "") != "RuntimeError", f"the parameters {wanted}", "other names or shapes")
        raise


def pair(student, reference, rng, d_model=D, d_ff=F, dtype=torch.float32, **settings):
    """The learner's network and the reference's, with the same random weights, in evaluation mode."""
    state = random_state(rng, d_model, d_ff, dtype)
    made = []
    for kind in (student, reference):
        network = kind(d_model, d_ff, **settings)
        if dtype != torch.float32:
            network.to(dtype)
        load(network, state)
        network.eval()
        made.append(network)
    return made


@check(points=0.5, says="the network returns one tensor of the shape and dtype of x, and leaves x as it was")
def test_contract(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        for activation in ("relu", "gelu"):
            network, _ = pair(student, reference, rng, dtype=dtype, activation=activation)
            for shape in ((B, L, D), (1, 2, D)):
                x = rng.normal(*shape, dtype=dtype)
                assert_untouched({"x": x}, lambda n=network, x=x: n(x))
                assert_tensor(network(x), shape, dtype)


@check(
    points=0.5,
    says="a network's own parameters are weight and bias of linear_in, (F, D), (F,), and linear_out, (D, F), (D,)",
)
def test_names(student, rng):
    wanted = {name: tuple(value.shape) for name, value in random_state(rng, D, F).items()}
    for settings in ({}, {"dropout": 0.1, "activation": "gelu"}):
        network = student(D, F, **settings)
        seen = {name: tuple(value.shape) for name, value in network.state_dict().items()}
        missing, extra = sorted(wanted.keys() - seen.keys()), sorted(seen.keys() - wanted.keys())
        expect(not missing, f"a parameter {missing[:1]}", f"no such name in the state_dict: {sorted(seen)[:6]}")
        expect(not extra, "no other parameters or buffers", f"{', '.join(extra[:3])} in the state_dict as well")
        expect(seen == wanted, f"the shapes {wanted}", f"{seen}")
        trained = {name for name, _ in network.named_parameters()}
        expect(trained == set(wanted), "every weight and bias to be a parameter", f"only {sorted(trained)} are")
    one, other = student(D, F), student(D, F)
    load(one, random_state(rng, D, F))
    x = rng.normal(B, L, D)
    before = one(x)
    load(other, random_state(rng, D, F))
    assert_same(one(x), before, what="the result of one network after another one got its weights")


@check(points=0.75, says="by default the result is linear_out(relu(linear_in(x)))")
def test_relu(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        network, ours = pair(student, reference, rng, dtype=dtype)
        x = rng.normal(B, L, D, dtype=dtype)
        assert_close(network(x), ours(x), what=f"the {str(dtype)[6:]} result")
    by_name, ours = pair(student, reference, rng, activation="relu")
    x = rng.normal(B, L, D)
    assert_close(by_name(x), ours(x), what="the result with activation='relu'")


@check(points=0.75, says="with activation='gelu' the bend is the exact GELU")
def test_gelu(student, reference, rng):
    network, ours = pair(student, reference, rng, activation="gelu")
    x = rng.normal(B, L, D)
    assert_close(network(x), ours(x), what="the result with activation='gelu'")
    in_order = student(D, F, 0.0, "gelu")
    load(in_order, ours.state_dict())
    assert_close(in_order(x), ours(x), what="the result where dropout and activation are given by position")
    # An approximation of the GELU is off by 1e-4 and more; √2 taken of a float32 tensor is right, and off by 1e-8.
    network, ours = pair(student, reference, rng, dtype=torch.float64, activation="gelu")
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
        network, _ = pair(student, reference, rng, activation=activation)
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
        network, ours = pair(student, reference, rng, dtype=torch.float64, activation=activation)
        assert_same_gradients(network, ours, {"x": rng.normal(B, L, D, dtype=torch.float64)}, rng, atol=1e-6)
        found, wanted = gradients(network), gradients(ours)
        for name in wanted:
            expect(found.get(name) is not None, f"a gradient for {name}", "none: it takes no part in the result")
            assert_close(found[name], wanted[name], atol=1e-6, what=f"the gradient for {name}")


@check(points=0.5, says="dropout acts after the activation, with its probability, while training only")
def test_dropout(student, reference, rng):
    network, ours = pair(student, reference, rng, dropout=0.5)
    x = rng.normal(B, L, D)
    assert_close(network(x), ours(x), what="the result in evaluation mode")
    network.train()
    expect(not torch.equal(network(x), network(x)), "two training calls to drop different numbers", "the same result")
    nothing = torch.zeros(B, L, D)
    expect(
        not torch.equal(network(nothing), network(nothing)),
        "dropout on the activations, which are not 0 here",
        "the same result twice for x = 0, as if only x were dropped",
    )
    network.eval()
    assert_close(network(x), ours(x), what="the result back in evaluation mode")
    by_default, ours = pair(student, reference, rng)
    by_default.train()
    assert_close(by_default(x), ours(x), what="the training result with the default dropout, 0")
    # Every position is the same here, so that what differs is what was dropped.
    network, _ = pair(student, reference, rng, d_ff=64, dropout=0.5)
    network.train()
    rows = network(torch.ones(2, 40, D)).detach().flatten(0, 1)
    expect(
        len(rows.unique(dim=0)) > 2, "numbers to be dropped one by one", "all of a position dropped, or nothing of it"
    )
    # One hidden feature, always 2, and an output of 3 times that: nine in ten results are dropped, the others grow
    # so that the mean stays 6. 8192 draws leave no room for chance within these bounds.
    network = student(1, 1, dropout=0.9)
    load(
        network,
        {
            "linear_in.weight": torch.ones(1, 1),
            "linear_in.bias": torch.ones(1),
            "linear_out.weight": torch.full((1, 1), 3.0),
            "linear_out.bias": torch.zeros(1),
        },
    )
    network.train()
    result = network(torch.ones(2, 4096, 1))
    assert_tensor(result, (2, 4096, 1))
    result = result.detach()
    dropped, mean = float((result == 0).double().mean()), float(result.double().mean())
    expect(dropped > 0.85, "about nine in ten numbers dropped with dropout=0.9", f"{dropped:.0%}")
    expect(3 < mean < 9, "what is left to be enlarged, so that the mean stays 6", f"a mean of {mean:.2g}")


@check(points=0.25, says="the network is built from its two layers, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    for activation in ("relu", "gelu"):
        student(D, F, activation=activation)(rng.normal(B, L, D))
