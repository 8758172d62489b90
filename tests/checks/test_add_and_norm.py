"""Hidden checks of lesson 04, exercise add_and_norm.

Names have a check of their own: the others find the gain and the bias under whichever names they are, or none. What
is told of the two orders is given by name, as the default has its check in post-norm.
"""

import itertools

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    draw_weights,
    expect,
    load_weights,
    random_weights,
    twin,
    weights,
)
from torch import nn

B, L, D = 2, 5, 7
# The gain and the bias of the learner's own LayerNorm, or of nn.LayerNorm.
NAMES = (("norm.gamma", "norm.beta"), ("norm.weight", "norm.bias"))


def tripled(x):
    return 3 * x


class Dropped(nn.Module):
    """A linear sublayer whose entries are then multiplied by what says which of them are dropped."""

    def __init__(self, weight, bias, times):
        super().__init__()
        for name, value in (("weight", weight), ("bias", bias), ("times", times)):
            self.register_buffer(name, value)

    def forward(self, x):
        return (x @ self.weight.T + self.bias) * self.times


def swapped(x):
    return 2 * x.flip(-1)


def itself(x):
    return x


def nothing(x):
    return 0 * x


def names_of(module):
    """Under which names the gain and the bias are."""
    seen = weights(module)
    for names in NAMES:
        if set(seen) == set(names) and all(weight.parameter for weight in seen.values()):
            return names
    wanted = "norm.gamma and norm.beta, or norm.weight and norm.bias, as the parameters, and nothing else"
    return expect(False, wanted, ", ".join(seen) or "nothing")


def equip(module, gain, bias):
    """Give every norm this gain and bias, as far as it has them; returns what it has: 1 and 0 where it has none."""
    state = {}
    for name, weight in weights(module).items():
        value = gain if name.endswith(("gamma", "weight")) else bias if name.endswith(("beta", "bias")) else None
        if value is not None and weight.parameter:
            state[name] = value
    module.load_state_dict(state, strict=False)
    held = [any(value is one for value in state.values()) for one in (gain, bias)]
    return gain if held[0] else torch.ones_like(gain), bias if held[1] else torch.zeros_like(bias)


def made(student, *sizes, **settings):
    """A new layer of the learner's, in evaluation mode: one that has called no sublayer yet."""
    layer = student(*sizes, **settings)
    layer.eval()
    return layer


def sublayer_of(make, rng, size=D, dtype=torch.float32):
    """A sublayer that depends on the other positions, too."""
    first, last = make(nn.Linear, size, size, dtype=dtype), make(nn.Linear, size, size, dtype=dtype)
    sublayer = make(nn.Sequential, first, make(nn.Softmax, dim=-2), last)
    load_weights(sublayer, random_weights(sublayer, rng, scale=size**0.5))
    return sublayer


def values(layers, ours, make, rng):
    """The output is what the reference says, for an x beside whose variance any small eps counts for nothing."""
    for layer, size, shape in zip(layers, (20.0, 1e4), ((B, L, D), (D, D)), strict=True):
        sublayer, x = sublayer_of(make, rng), size * rng.normal(*shape)
        assert_close(layer(x, sublayer), ours(x, sublayer), what=f"the output for values of ±{size:g}")


@check(
    points=0.5,
    says="the output has the shape and dtype of x, which stays untouched",
    asks="Does forward write to x, as `+=` does, or make anything of another dtype?",
)
def test_contract(student, make, rng):
    for norm_first, dtype in ((False, torch.float32), (True, torch.float64)):
        layer = student(D, norm_first=norm_first)
        layer.to(dtype)
        sublayer = make(nn.Linear, D, D, dtype=dtype)
        for lead in ((L,), (B, L), (B, 3, L)):
            x = rng.normal(*lead, D, dtype=dtype)
            assert_tensor(layer(x, sublayer), (*lead, D), dtype, axes=("...", "L", "D"), what="the output")
            assert_untouched({"x": x}, lambda layer=layer, x=x, s=sublayer: layer(x, s))
        # A sublayer may return the very tensor that it was given.
        layer.train()
        assert_untouched({"x": x}, lambda layer=layer, x=x: layer(x, make(nn.Identity)))


@check(
    points=0.25,
    says="the only parameters are the gain, ones, and the bias, zeros, of one norm called `norm`",
    asks="What does state_dict() of a new layer list?",
)
def test_parameters(student):
    for layer in (student(D), student(d_model=D, dropout=0.1, norm_first=True)):
        gain, bias = names_of(layer)
        state = layer.state_dict()
        assert_close(state[gain], torch.ones(D), what="the gain of a new norm")
        assert_close(state[bias], torch.zeros(D), what="the bias of a new norm")


@check(
    points=0.5,
    says="post-norm, the default: norm(x + sublayer(x))",
    asks="In post-norm, what is the sublayer given, what is added to its result, and what does the norm get?",
)
def test_post_norm(student, reference, make, rng):
    name = "an AddAndNorm(2) around a sublayer that doubles and swaps the two features, called with "
    # The sum is [11, 7], whose mean is 9, and both features are 2 away from it.
    small = made(student, 2)
    assert_example(lambda x: small(x, swapped), torch.tensor([[1.0, 5.0]]), gives=[[1, -1]], name=name)
    values((made(student, D), made(student, D, norm_first=False)), reference(D), make, rng)


@check(
    points=0.5,
    says="pre-norm, with norm_first=True: x + sublayer(norm(x))",
    asks="In pre-norm, what is the sublayer given, and what exactly is added to its result?",
)
def test_pre_norm(student, reference, make, rng):
    name = "an AddAndNorm(2, norm_first=True) around a sublayer that doubles and swaps the two features, called with "
    # The norm of x is [-1, 1], of which the sublayer makes [2, -2].
    small = made(student, 2, norm_first=True)
    assert_example(lambda x: small(x, swapped), torch.tensor([[1.0, 5.0]]), gives=[[3, 3]], name=name)
    pre = reference(D, norm_first=True)
    values((made(student, D, norm_first=True), made(student, D, 0.0, True)), pre, make, rng)


@check(
    points=0.5,
    says="the sublayer is the one that the call is given, becomes no part of the module, and keeps its mode",
    asks="Does your module keep or change anything of the sublayer that forward is given?",
)
def test_sublayer(student, make, rng):
    x = rng.normal(B, L, D)
    for norm_first in (False, True):
        layer, first, second = made(student, D, norm_first=norm_first), sublayer_of(make, rng), sublayer_of(make, rng)
        before, around_first = list(weights(layer)), layer(x, first)
        alone = made(student, D, norm_first=norm_first)(x, second)
        assert_different(alone, around_first, what="the output around another sublayer")
        assert_same(layer(x, second), alone, what="the output around another sublayer than in the call before")
        expect(list(weights(layer)) == before, "no parameters besides those of the norm", "those of the sublayer")
        # A sublayer that drops values out while it is training, whatever this module does.
        layer, sublayer = made(student, D, norm_first=norm_first), twin(student, make(nn.Dropout, 0.5))
        what = "the output of two calls around a sublayer that is in training mode, and left in it,"
        assert_different(layer(x, sublayer), layer(x, sublayer), what=what)


@check(
    points=0.5,
    says="the gain and the bias of the module's own norm are used",
    asks="Which norm does forward call: the one that the constructor made?",
)
def test_gain_and_bias(student, make, rng):
    x, gain, bias = rng.normal(B, L, D), rng.normal(D), rng.normal(D)
    sublayer = sublayer_of(make, rng)

    def output(norm_first, around, held=(gain, bias)):
        layer = made(student, D, norm_first=norm_first)
        held = equip(layer, *held)
        return layer(x, around), held

    post = made(student, D, norm_first=False)
    assert_no_stub(lambda x: post(x, sublayer), x, what="the output")
    # What comes out of the norm is the output in post-norm; in pre-norm, a sublayer that returns it adds it.
    plain = torch.ones(D), torch.zeros(D)
    (before, _), (seen, (times, more)) = output(False, sublayer, plain), output(False, sublayer)
    assert_same(seen, before * times + more, what="the post-norm output with another gain and bias")
    around_0, around_itself = output(True, nothing, plain)[0], output(True, itself, plain)[0]
    assert_different(around_itself, around_0, what="the output around another sublayer")
    before = around_itself - around_0
    seen, (times, more) = output(True, itself)
    seen = seen - output(True, nothing)[0]
    assert_same(seen, before * times + more, what="what the norm makes of x in pre-norm with another gain and bias")


@check(
    points=0.5,
    says="dropout acts on what the sublayer returns, on nothing else, and in training mode only",
    asks="Between which two steps does your dropout stand, and how does it know about evaluation mode?",
)
def test_dropout(student, make, rng):
    # Three entries can be dropped and kept in eight ways, all of which are tried in a batch of eight.
    p, size, rows = 0.25, 3, 300
    ways = torch.tensor(list(itertools.product((0.0, 1 / (1 - p)), repeat=size)))
    linear = 2 * rng.normal(size, size), rng.normal(size)
    whole, partial = Dropped(*linear, torch.ones(size)), Dropped(*linear, ways[:, None])
    x = rng.normal(rows, size)
    for norm_first in (False, True):
        layer = made(student, size, norm_first=norm_first, dropout=p)
        assert_no_stub(lambda x, a=layer: a(x, whole), x, what="the output in evaluation mode")
        wanted = layer(x, whole)
        layer.train()
        seen = layer(x, whole)
        assert_tensor(seen, (rows, size), what="the output in training mode")
        assert_different(layer(x, whole), seen, what="the output of two calls in training mode")
        layer.eval()
        assert_same(layer(x, whole), wanted, what="the output back in evaluation mode")
        possible = made(student, size, norm_first=norm_first)(x.expand(len(ways), rows, size), partial).detach()
        matching = ((seen.detach() - possible).abs() < 1e-3).all(-1)
        strange = int((~matching.any(0)).sum())
        promise = "every training output to be that of a sublayer some of whose entries were dropped"
        expect(not strange, promise, f"other values at {strange} of {rows} positions")
        # By chance 56 of 100 positions lose one or two of their three entries.
        mixed = float(matching[1:-1].any(0).double().mean())
        expect(mixed > 0.4, "every entry to be dropped or kept on its own", "whole positions dropped")
        share = float((ways == 0).double().mean(-1)[matching.int().argmax(0)].mean())
        chance = 6 * (p * (1 - p) / (rows * size)) ** 0.5
        expect(abs(share - p) <= chance, f"about {p:.0%} of the entries to be dropped", f"{share:.0%}")
        layer = made(student, size, norm_first=norm_first)
        assert_same(layer(x, whole), wanted, what="the output with the default dropout, in evaluation mode,")
        layer.train()
        assert_same(layer(x, whole), wanted, what="the output with the default dropout, 0, in training mode")


@check(
    points=0.25,
    says="the norm has the default eps; plain functions, a single position and any layout work as well",
    asks="Which eps does your norm get, and does anything in forward expect a module or a fixed number of axes?",
)
def test_edges(student, make, rng):
    given = rng.normal(D, L, B).transpose(0, 2)
    # A norm divides a vector that varies by ±0.001 by √(1e-6·variance + eps).
    small = 1e-3 * rng.normal(B, L, D)
    wanted = torch.nn.functional.layer_norm(small, (D,), eps=1e-5)
    for norm_first in (False, True):
        layer = made(student, D, norm_first=norm_first)
        assert_no_stub(lambda x, a=layer: a(x, tripled), given, what="the output")
        whole = layer(given, tripled)
        assert_same(layer(given.contiguous(), tripled), whole, what="the output for a contiguous x")
        assert_same(layer(given[1, 2], tripled), whole[1, 2], what="the output for a single position")
    # In post-norm the norm is given what is not 0, a constant; in pre-norm a sublayer that returns it adds it.
    layer, constant = made(student, D, norm_first=False), make(nn.Linear, D, D)
    load_weights(constant, {"weight": torch.zeros(D, D), "bias": small[0, 0]})
    seen = layer(torch.zeros(D), constant)
    assert_close(seen, wanted[0, 0], what="the post-norm output for an x of 0 and a sublayer that returns ±0.001")
    pre = [made(student, D, norm_first=True)(small, sublayer) for sublayer in (itself, nothing)]
    assert_close(pre[0] - pre[1], wanted, what="what the norm makes of values of ±0.001 in pre-norm")


@check(
    points=0.25,
    says="gradients reach x, by both ways, the gain, the bias, and the sublayer's parameters",
    asks="Is there a step from x or from the sublayer to the output that records no gradient?",
)
def test_gradients(student, make, rng):
    x = rng.normal(B, L, D, dtype=torch.float64)
    for norm_first in (False, True):
        inner, layers = sublayer_of(make, rng, dtype=torch.float64), []
        sublayer = twin(student, inner)
        # A layer for each pass: what keeps a sublayer for the next call has a check of its own.
        for _ in range(3):
            layers.append(student(D, norm_first=norm_first))
            state = draw_weights(layers[-1], rng, dtype=torch.float64)
        assert_own_parameter_gradients(layers[0], state, lambda a=layers[0], s=inner: a(x, s), rng)
        weight = random_weights(inner, rng)
        assert_own_parameter_gradients(sublayer, weight, lambda a=layers[1], s=sublayer: a(x, s), rng)
        assert_own_gradients(lambda x, a=layers[2], s=sublayer: a(x, s), {"x": x}, rng)


@check(
    points=0.25,
    says="the module is put together here, not taken ready-made",
    forbids=["attnkit.parts.AddAndNorm"],
)
def test_from_primitives(student, make, rng):
    for norm_first in (False, True):
        layer = student(D, norm_first=norm_first)
        assert_tensor(layer(rng.normal(B, L, D), make(nn.Linear, D, D)), (B, L, D))
