"""Hidden checks of lesson 05, exercise feed_forward.

Names, shapes and the number of results have checks of their own: in the others, weights are found by their shapes where
their names are others, the reference is as wide as the learner's network, and the first of two results is the output.
"""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropout_in_training_only,
    assert_dropped,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_raises,
    assert_same,
    assert_same_in_both_modes,
    assert_same_weights,
    assert_separate,
    assert_tensor,
    assert_untouched,
    check,
    draw_weights,
    expect,
    load_weights,
    random_weights,
    weights,
)

# Batch, length, features, width: no two alike, and the width is the largest.
B, L, D, F = 3, 5, 6, 7
READY_MADE = ["attnkit.parts.FeedForward", "torch.nn.TransformerEncoderLayer", "torch.nn.TransformerDecoderLayer"]


def output(network):
    """A call of the network, for its output alone."""

    def call(x):
        result = network(x)
        return result[0] if isinstance(result, tuple) and result else result

    return call


def fill(network, state):
    """Give a network these weights, by name, or by shape; what has no place is 0 in `state` too, if it is a bias."""
    held, placed = {name: weight.shape for name, weight in weights(network).items()}, {}
    for name, value in state.items():
        fits = [one for one in held if held[one] == tuple(value.shape) and one not in placed]
        wanted = f"{name} of shape {tuple(value.shape)} in the network"
        expect(fits or value.dim() == 1, wanted, ", ".join(held) or "no weights")
        if fits:
            placed[name if name in fits else fits[0]] = value
        else:
            value.zero_()
    network.load_state_dict(placed, strict=False)


def fitted(student, reference, rng, dtype=torch.float32, **settings):
    """The learner's network and the reference's, as wide, with the same random weights, in evaluation mode."""
    theirs = student(D, F, **settings)
    theirs.to(dtype)
    width = max((size for weight in weights(theirs).values() for size in weight.shape), default=F)
    ours = reference(D, width, **settings).to(dtype)
    state = random_weights(ours, rng)
    fill(theirs, state)
    ours.load_state_dict(state)
    for network in (theirs, ours):
        network.eval()
    return theirs, ours


def values(student, reference, rng, gives, what, **settings):
    """The output is what the reference says, after an example; positions have a check of their own: here is one."""
    small = student(1, 1, **settings)
    load_weights(small, {name: torch.full(one.shape, float(len(one.shape))) for name, one in weights(small).items()})
    small.eval()
    name = f"a FeedForward(1, 1) of weights 2 and biases 1, {what}, called with "
    assert_example(output(small), torch.tensor([[[0.0]], [[-1.0]]]), gives=gives, name=name)
    # An approximation of the GELU is off by 1e-4 and more; √2 taken of a float32 tensor is right, and off by 1e-8.
    theirs, ours = fitted(student, reference, rng, torch.float64, **settings)
    x = rng.normal(20, 1, D, dtype=torch.float64)
    assert_close(output(theirs)(x), ours(x), atol=1e-6, what=f"the float64 result {what}")
    return ours


@check(
    points=0.5,
    says="the network returns one tensor of the shape and dtype of x, and leaves x as it was",
    asks="What does forward return besides the result, and is there a step that writes to x?",
)
def test_contract(student, rng):
    for activation in ("relu", "gelu"):
        network = student(D, F, activation=activation)
        for shape in ((B, L, D), (1, 2, D)):
            x = rng.normal(*shape)
            assert_untouched({"x": x}, lambda n=network, x=x: n(x))
            assert_tensor(network(x), shape, axes=("B", "L", "D"))


@check(
    points=0.5,
    says="a network's own parameters are weight and bias of linear_in, (F, D), (F,), and linear_out, (D, F), (D,)",
    asks="What does state_dict() of your network list, under which names, and where are the layers made?",
)
def test_names(student, reference, rng):
    for settings in ({}, {"dropout": 0.1, "activation": "gelu"}):
        assert_same_weights(student(D, F, **settings), reference(D, F, **settings), "the network")
    one, other = student(D, F), student(D, F)
    one.eval()
    x = rng.normal(B, L, D)
    assert_separate(one, other, random_weights(reference(D, F), rng), lambda network: output(network)(x))


@check(
    points=0.75,
    says="by default the result is linear_out(relu(linear_in(x)))",
    asks="Which three steps lead from x to the result, in which order, and is anything else added?",
)
def test_relu(student, reference, rng):
    values(student, reference, rng, [[[3]], [[1]]], "without an activation named")
    theirs, ours = fitted(student, reference, rng, activation="relu")
    x = rng.normal(20, 1, D)
    assert_close(output(theirs)(x), ours(x), what="the result with activation='relu'")


@check(
    points=0.75,
    says="with activation='gelu' the bend is the exact GELU",
    asks="Where is the argument `activation` used, and which function does it choose?",
)
def test_gelu(student, reference, rng):
    # GELU(1) = 0.8413, GELU(-1) = -0.1587.
    ours = values(student, reference, rng, [[[2.6827]], [[0.6827]]], "with activation='gelu'", activation="gelu")
    in_order = student(D, ours.linear_in.out_features, 0.0, "gelu")
    in_order.to(torch.float32)
    fill(in_order, ours.float().state_dict())
    in_order.eval()
    x = rng.normal(20, 1, D)
    assert_close(output(in_order)(x), ours(x), what="the result where dropout and activation are given by position")


@check(
    points=0.25,
    says="an activation that is neither 'relu' nor 'gelu' is a ValueError, raised by the constructor",
    asks="What happens to a name with a typing mistake, when the network is made?",
)
def test_unknown_activation(student):
    for name in ("swosh", "", "silu", "dropout"):
        assert_raises(ValueError, student, D, F, activation=name, what=f"activation='{name}'")


@check(
    points=0.75,
    says="every position is treated alone, and all in the same way",
    asks="Does a result depend on any position but its own?",
)
def test_positions(student, rng):
    for activation in ("relu", "gelu"):
        network = student(D, F, activation=activation)
        draw_weights(network, rng)
        call, x = output(network), rng.normal(B, L, D)
        assert_no_stub(call, x)
        y = call(x)
        alone = call(x.reshape(B * L, 1, D)).reshape(B, L, D)
        assert_same(y, alone, what="the result, compared with that of each position alone,")
        assert_different(y[:, 1:], y[:, :-1], everywhere=True, what="the result of another position")


@check(
    points=0.25,
    says="a single feature, square sizes, large values and any memory layout work like everything else",
    asks="Does your code ask for a size, or a shape, that may be the same by chance?",
)
def test_edges(student, reference, rng):
    wide = student(D, F)
    wide.eval()
    call = output(wide)
    # What is narrow is a wide network with zeros.
    for d_model, d_ff in ((1, 3), (D, D)):
        narrow, state = student(d_model, d_ff), random_weights(reference(d_model, d_ff), rng)
        larger = {name: torch.zeros_like(value) for name, value in reference(D, F).state_dict().items()}
        for name, value in state.items():
            larger[name][tuple(slice(size) for size in value.shape)] = value
        fill(narrow, state)
        fill(wide, larger)
        narrow.eval()
        x = torch.zeros(4, 1, D)
        x[..., :d_model] = rng.normal(4, 1, d_model)
        what = f"the result for d_model={d_model}, d_ff={d_ff}, compared with a wider network's with zeros,"
        assert_same(output(narrow)(x[..., :d_model].clone()), call(x)[..., :d_model], what=what)
    turned = rng.normal(D, L, B).transpose(0, 2)
    assert_no_stub(call, turned)
    assert_same(call(turned), call(turned.contiguous()), what="the result for a non-contiguous x")
    # Beside 1e5, what a bend does near 0 is nothing: from there on, numbers ten times as large give ten times as much.
    x, state = rng.normal(B, L, D), random_weights(reference(D, F), rng)
    smooth, results = student(D, F, activation="gelu"), []
    smooth.eval()
    for size in (1e5, 1e6):
        fill(smooth, {name: value * size if value.dim() == 1 else value for name, value in state.items()})
        results.append(output(smooth)(size * x) / size)
    what = "the result with activation='gelu' for x and biases × 1e6, / 1e6, compared with 1e5,"
    assert_same(results[1], results[0], atol=3e-5, what=what)


@check(
    points=0.5,
    says="gradients reach x and every weight and bias, computed in float64 for float64 inputs",
    asks="Is there a step between x and the result that records no gradient, or a cast?",
)
def test_gradients(student, reference, rng):
    for activation in ("relu", "gelu"):
        network, ours = fitted(student, reference, rng, torch.float64, activation=activation)
        x = rng.normal(1, 2, D, dtype=torch.float64)
        # The ReLU has no slope at 0.
        while ours.linear_in(x).abs().min() < 1e-3:
            x = rng.normal(1, 2, D, dtype=torch.float64)
        call, state = output(network), network.state_dict()
        network.zero_grad()
        assert_own_parameter_gradients(network, state, lambda a=call, x=x: a(x), rng)
    assert_own_gradients(call, {"x": x}, rng)


@check(
    points=0.5,
    says="dropout acts after the activation, with its probability, while training only",
    asks="Which numbers does your dropout reach, with which probability, and in which mode?",
)
def test_dropout(student, reference, rng):
    for activation, p in (("gelu", 0.2), ("relu", 0.5)):
        network, ours = fitted(student, reference, rng, dropout=p, activation=activation)
        call, x = output(network), rng.normal(60, L, D)
        # A linear_out that adds 30 to its first inputs, and nothing else, shows what it is given: what is more than
        # where linear_in gives zeros.
        state = ours.state_dict()
        state["linear_out.weight"].copy_(torch.eye(*state["linear_out.weight"].shape))
        state["linear_out.bias"].fill_(30.0)
        fill(network, {name: value * name.startswith("linear_out") for name, value in state.items()})
        network.eval()
        nothing = call(x)
        fill(network, state)
        kept = call(x) - nothing
        same = torch.equal(call(x), call(x))
        expect(same, "two calls in evaluation mode to give the same result", "another one")
        network.train()
        assert_dropped(call(x) - nothing, kept, p, what="what linear_out is given")
    network.eval()
    assert_no_stub(call, x)
    assert_dropout_in_training_only(network, lambda: call(x), kept + nothing)
    network = student(D, F)
    draw_weights(network, rng)
    call, what = output(network), "the result with the default dropout, 0,"
    assert_same_in_both_modes(network, lambda: call(x), call(x), what=what)


@check(points=0.25, says="the network is built from its two layers, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    for activation in ("relu", "gelu"):
        student(D, F, activation=activation)(rng.normal(B, L, D))
