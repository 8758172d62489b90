"""Hidden checks of lesson 04, exercise add_and_norm."""

import itertools

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropout_in_training_only,
    assert_dropped,
    assert_same_gradients,
    assert_same_in_both_modes,
    assert_same_parameter_gradients,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    gradients,
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


def names_of(module):
    """Under which names the gain and the bias are."""
    seen = weights(module)
    for names in NAMES:
        if set(seen) == set(names) and all(weight.parameter for weight in seen.values()):
            return names
    wanted = "norm.gamma and norm.beta, or norm.weight and norm.bias, as the parameters, and nothing else"
    return expect(False, wanted, ", ".join(seen) or "nothing")


def equip(module, gain, bias):
    load_weights(module, dict(zip(names_of(module), (gain, bias), strict=True)))


def pair(student, reference, rng, size=D, dtype=torch.float32, **settings):
    """The learner's module and the reference's, with the same random gain and bias, in evaluation mode."""
    theirs, ours = student(size, **settings), reference(size, **settings).to(dtype)
    if dtype != torch.float32:
        theirs.to(dtype)
    gain, bias = rng.normal(size, dtype=dtype), rng.normal(size, dtype=dtype)
    for module in (theirs, ours):
        equip(module, gain, bias)
        module.eval()
    return theirs, ours


def sublayer_of(make, rng, size=D, dtype=torch.float32):
    """A sublayer that depends on the other positions, too."""
    first, last = make(nn.Linear, size, size, dtype=dtype), make(nn.Linear, size, size, dtype=dtype)
    made = make(nn.Sequential, first, make(nn.Softmax, dim=-2), last)
    load_weights(made, random_weights(made, rng, scale=size**0.5))
    return made


@check(points=0.5, says="the output has the shape and dtype of x, which stays untouched")
def test_contract(student, make, rng):
    for norm_first, dtype in itertools.product((False, True), (torch.float32, torch.float64)):
        layer = student(D, norm_first=norm_first)
        layer.to(dtype)
        sublayer = sublayer_of(make, rng, dtype=dtype)
        for lead in ((L,), (B, L), (B, 3, L)):
            x = rng.normal(*lead, D, dtype=dtype)
            assert_tensor(layer(x, sublayer), (*lead, D), dtype)
            assert_untouched({"x": x}, lambda layer=layer, x=x, s=sublayer: layer(x, s))
        # A sublayer may return the very tensor that it was given.
        layer.train()
        assert_untouched({"x": x}, lambda layer=layer, x=x: layer(x, make(nn.Identity)))


@check(
    points=0.5,
    says="the only parameters are the gain and bias of `norm`: sublayers do not become a part of it",
)
def test_parameters(student, make, rng):
    for layer in (student(D), student(d_model=D, dropout=0.1, norm_first=True)):
        gain, bias = names_of(layer)
        state = layer.state_dict()
        assert_close(state[gain], torch.ones(D), what="the gain of a new norm")
        assert_close(state[bias], torch.zeros(D), what="the bias of a new norm")
        layer(rng.normal(B, L, D), make(nn.Linear, D, D))
        names_of(layer)
        # A sublayer that drops values out while it is training, whatever this module does.
        layer.eval()
        x, sublayer = rng.normal(B, L, D), twin(student, make(nn.Dropout, 0.5))
        what = "the output of two calls around a sublayer that is in training mode, and left in it,"
        assert_different(layer(x, sublayer), layer(x, sublayer), what=what)


@check(points=0.75, says="post-norm, the default: norm(x + sublayer(x))")
def test_post_norm(student, reference, make, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, dtype=dtype)
        for _ in range(2):  # the next sublayer is another one
            sublayer, x = sublayer_of(make, rng, dtype=dtype), 2 * rng.normal(B, L, D, dtype=dtype) + 1
            assert_close(layer(x, sublayer), ours(x, sublayer), what="the output")
    layer, ours = pair(student, reference, rng, norm_first=False)
    x = rng.normal(B, L, D)
    assert_close(layer(x, make(nn.Tanh)), ours(x, nn.Tanh()), what="the output with norm_first=False")


@check(points=0.75, says="pre-norm, with norm_first=True: x + sublayer(norm(x))")
def test_pre_norm(student, reference, make, rng):
    for dtype in (torch.float32, torch.float64):
        layer, ours = pair(student, reference, rng, dtype=dtype, norm_first=True)
        for _ in range(2):
            sublayer, x = sublayer_of(make, rng, dtype=dtype), 2 * rng.normal(B, L, D, dtype=dtype) + 1
            assert_close(layer(x, sublayer), ours(x, sublayer), what="the output")
    in_order = student(D, 0.0, True)
    x = rng.normal(B, L, D)
    assert_close(in_order(x, make(nn.Tanh)), reference(D, 0.0, True)(x, nn.Tanh()), what="the output by position")


@check(points=0.5, says="dropout acts on what the sublayer returns, on nothing else, and in training mode only")
def test_dropout(student, reference, make, rng):
    p = 0.25
    for norm_first in (False, True):
        sublayer, x = sublayer_of(make, rng), rng.normal(40, L, D)
        layer, ours = pair(student, reference, rng, dropout=p, norm_first=norm_first)
        wanted = ours(x, sublayer).detach()
        assert_dropout_in_training_only(layer, lambda a=layer, s=sublayer, x=x: a(x, s), wanted, what="the output")
        if norm_first:
            layer.train()
            seen = layer(x, sublayer)
            assert_tensor(seen, tuple(x.shape))
            assert_dropped(seen - x, wanted - x, p, what="output − x, in pre-norm,")
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
        what, wanted = "the output with the default dropout, 0,", ours(x, sublayer)
        assert_same_in_both_modes(layer, lambda a=layer, s=sublayer, x=x: a(x, s), wanted, what=what)
    # In post-norm the norm hides what was dropped. Three entries can be dropped and kept in eight ways.
    size, rows = 3, 300
    ways = torch.tensor(list(itertools.product((0.0, 1 / (1 - p)), repeat=size)))
    sublayer, x = make(nn.Linear, size, size), rng.normal(rows, size)
    load_weights(sublayer, random_weights(sublayer, rng, scale=2 * size**0.5))
    layer, ours = pair(student, reference, rng, size, dropout=p)
    layer.train()
    seen = layer(x, sublayer)
    assert_tensor(seen, (rows, size))
    with torch.no_grad():
        possible = ours.norm(x + ways[:, None, :] * sublayer(x))
    matching = ((seen.detach() - possible).abs() < 1e-3).all(-1)
    strange = int((~matching.any(0)).sum())
    wanted = "every training output in post-norm to be that of a sublayer some of whose entries were dropped"
    expect(not strange, wanted, f"other values at {strange} of {rows} positions")
    # By chance 56 of 100 positions lose one or two of their three entries.
    mixed = float(matching[1:-1].any(0).double().mean())
    expect(mixed > 0.4, "every entry to be dropped or kept on its own", "whole positions dropped")


@check(points=0.25, says="tiny, huge and equal values, square sizes, any layout and plain functions work as well")
def test_edges(student, reference, make, rng):
    for norm_first in (False, True):
        layer, ours = pair(student, reference, rng, norm_first=norm_first)
        sublayer = sublayer_of(make, rng)
        for x, kind in (
            (1e-3 * rng.normal(B, L, D), "values of ±0.001, where eps = 1e-5 counts"),
            (1e4 * rng.normal(B, L, D), "values of ±1e4"),
            (rng.normal(D, L, B).transpose(0, 2), "a non-contiguous x"),
        ):
            assert_close(layer(x, make(nn.Tanh)), ours(x, torch.tanh), what=f"the output for {kind}")
        x = torch.ones(B, L, D)
        seen, wanted = layer(x, make(nn.ReLU)), ours(x, torch.relu)
        assert_close(seen, wanted, atol=1e-3, what="the output where all features are equal")
        x = rng.normal(D, D)
        assert_close(layer(x, sublayer), ours(x, sublayer), what="the output for a square x")
        assert_close(layer(x, tripled), ours(x, tripled), what="the output around a function")
        assert_close(layer(x[0], tripled), ours(x[0], tripled), what="the output for a single position")


@check(points=0.5, says="gradients reach x, by both ways, the gain, the bias, and the sublayer's parameters")
def test_gradients(student, reference, make, rng):
    for norm_first in (False, True):
        layer, ours = pair(student, reference, rng, dtype=torch.float64, norm_first=norm_first)
        made = sublayer_of(make, rng, dtype=torch.float64)
        sublayer = twin(student, made)
        x = {"x": rng.normal(B, L, D, dtype=torch.float64)}
        assert_same_gradients(lambda x, a=layer, s=sublayer: a(x, s), lambda x, a=ours, s=made: a(x, s), x, rng)
        found, wanted = gradients(layer), gradients(ours)
        for name, own in zip(names_of(layer), names_of(ours), strict=True):
            expect(found.get(name) is not None, f"a gradient for {name}", "none: it takes no part in the output")
            assert_close(found[name], wanted[own], what=f"the gradient for {name}")
        assert_same_parameter_gradients(sublayer, made)


@check(
    points=0.25,
    says="the module is put together here, not taken ready-made",
    forbids=["attnkit.parts.AddAndNorm"],
)
def test_from_primitives(student, make, rng):
    for norm_first in (False, True):
        layer = student(D, norm_first=norm_first)
        assert_tensor(layer(rng.normal(B, L, D), make(nn.Linear, D, D)), (B, L, D))
