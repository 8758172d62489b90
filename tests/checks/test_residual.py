"""Hidden checks of lesson 03, exercise residual.

Only the values are compared with the reference. Elsewhere the learner's own module around one sublayer is compared with
another of theirs, around a sublayer that returns a fixed result: whatever they make of a result is the same.
"""

from collections import namedtuple

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_dropped,
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
)
from torch import nn

B, L, D = 2, 5, 7


class Adjusted(nn.Module):
    """A sublayer that takes an argument by position and one by name besides x, and cannot do without."""

    def __init__(self, size):
        super().__init__()
        self.linear = nn.Linear(size, size)

    def forward(self, x, scale, *, shift):
        return scale * self.linear(x) + shift


Sorted = namedtuple("Sorted", ("values", "indices"))


class Named(nn.Module):
    """A sublayer that returns a named tuple, largest first."""

    def forward(self, x):
        return Sorted(*x.sort(dim=-1, descending=True))


class Several(nn.Module):
    """A sublayer that returns a tuple of `count` items, the first of which is its output."""

    def __init__(self, size, count):
        super().__init__()
        self.linear, self.count = nn.Linear(size, size), count

    def forward(self, x):
        y = self.linear(x)
        return (y, 3 * y, None, "weights")[: self.count]


class Fixed(nn.Module):
    """A sublayer that returns the same result for every x."""

    def __init__(self, result):
        super().__init__()
        self.register_buffer("result", result.detach().clone())

    def forward(self, x):
        return self.result


def linear(make, rng, size=D, dtype=torch.float32):
    """A linear sublayer with weights of order one."""
    made = make(nn.Linear, size, size, dtype=dtype)
    made.load_state_dict({"weight": rng.normal(size, size, dtype=dtype), "bias": rng.normal(size, dtype=dtype)})
    return made


def still(student, sublayer, *settings, **named):
    """The learner's module around a sublayer, in evaluation mode."""
    layer = student(sublayer, *settings, **named)
    layer.eval()
    return layer


@check(
    points=0.5,
    says="the output has the shape and dtype of x, whatever that is, and x stays untouched",
    asks="Is x put beside the result rather than added, or does your sum write to a tensor that is not yours?",
)
def test_contract(student, make, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(linear(make, rng, dtype=dtype))
        for lead in ((), (B,), (B, L), (B, 3, 4)):
            x = rng.normal(*lead, D, dtype=dtype)
            assert_tensor(layer(x), (*lead, D), dtype, axes=("...", "D"), what="the output")
    x = rng.normal(B, L, D)
    # A sublayer may return the very tensor that it was given: writing into its result is writing into x.
    for layer in (student(linear(make, rng)), student(make(nn.Identity)), student(make(nn.Identity), 0.5)):
        assert_untouched({"x": x}, lambda a=layer: a(x))


@check(
    points=0.75,
    says="the output is x plus what the sublayer makes of x",
    asks="How often is the sublayer called, with what, and what exactly is added to its result?",
)
def test_values(student, reference, make, rng):
    swapping = make(nn.Linear, 2, 2)
    load_weights(swapping, {"weight": torch.tensor([[0.0, 2.0], [2.0, 0.0]]), "bias": torch.zeros(2)})
    name = "a Residual around a sublayer that doubles and swaps the two features, called with "
    assert_example(still(student, swapping), torch.tensor([[1.0, 5.0]]), gives=[[11, 7]], name=name)
    sublayer = linear(make, rng)
    layer, ours = still(student, sublayer), reference(sublayer)
    for shape in ((D,), (B, L, D), (D, D, D)):
        x = rng.normal(*shape)
        assert_close(layer(x), ours(x), what=f"the output for x of shape {shape}")
    for factor in (1e4, 1e-4):
        x = factor * rng.normal(B, L, D)
        seen = still(student, make(nn.Tanh))(x)
        assert_close(seen, x + torch.tanh(x), what=f"the output for values of ±{factor:.0e}")
    x = rng.normal(D, B).T
    assert_close(still(student, make(nn.Identity))(x), 2 * x, what="the output around a sublayer that returns x itself")
    assert_close(still(student, Fixed(0 * x))(x), x, what="the output around a sublayer that returns 0")


@check(
    points=0.5,
    says="whatever forward is given besides x, by position or by name, reaches the sublayer",
    asks="Which arguments does the call of the sublayer hand on?",
)
def test_arguments(student, rng):
    sublayer = Adjusted(D)
    x, scale, shift = rng.normal(B, L, D), rng.normal(L, 1), rng.normal(D)
    layer, plain = still(student, sublayer), still(student, Fixed(sublayer(x, scale, shift=shift)))
    assert_no_stub(lambda x: layer(x, scale, shift=shift), x, what="the output")
    wanted = plain(x)
    assert_same(layer(x, scale, shift=shift), wanted, what="the output with one argument by position, one by name,")
    assert_same(layer(x, shift=shift, scale=scale), wanted, what="the output with both arguments by name")


@check(
    points=0.5,
    says="of a sublayer that returns a tuple the first item is added, and a tensor is added whole",
    asks="When is the result taken apart, how many items may it have, and which of them counts?",
)
def test_tuple(student, make, rng):
    x = rng.normal(B, L, D)
    assert_no_stub(still(student, Several(D, 3)), x, what="the output")
    for sublayer in (*(Several(D, count) for count in (1, 2, 4)), Named()):
        layer, result = still(student, sublayer), sublayer(x)
        what = f"the output for a {type(result).__name__} of {len(result)}, compared with that for its first item,"
        assert_same(layer(x), still(student, Fixed(result[0]))(x), what=what)
    layer = still(student, linear(make, rng))
    assert_same(layer(x[1]), layer(x)[1], what="the output for a sequence alone, where a tensor is returned,")


@check(
    points=0.25,
    says="around an attention: x, memory and mask go in, and of (output, weights) the output is added",
    asks="Do memory and mask reach the attention, and which part of its result is added?",
)
def test_attention(student, make, rng):
    attention = make("attnkit.parts.MultiHeadAttention", 6, 3)
    x, memory, mask = rng.normal(B, L, 6), rng.normal(B, 4, 6), rng.mask(B, L, 4)
    layer, plain = still(student, attention), still(student, Fixed(attention(x, memory, memory, mask)[0]))
    assert_no_stub(lambda x: layer(x, memory, memory, mask=mask), x, what="the output around an attention")
    assert_same(layer(x, memory, memory, mask=mask), plain(x), what="the output around an attention")


@check(
    points=0.5,
    says="dropout acts on what the sublayer returns, on nothing else, and in training mode only",
    asks="Between which two steps does your dropout stand, and how does it know about evaluation mode?",
)
def test_dropout(student, make, rng):
    x, single, several = rng.normal(40, L, D), linear(make, rng), Several(D, 2)
    load_weights(several, random_weights(several, rng))
    around_0 = still(student, Fixed(0 * x))(x)
    # What a tuple holds first is dropped like what a sublayer returns alone. The second argument is dropout.
    for layer, p in ((still(student, single, dropout=0.5), 0.5), (still(student, several, 0.2), 0.2)):
        same = torch.equal(layer(x), layer(x))
        expect(same, "two calls in evaluation mode to give the same output", "another one")
        assert_no_stub(layer, x, what="the output in evaluation mode")
        wanted = layer(x)
        layer.train()
        seen = layer(x)
        assert_different(layer(x), seen, what="the output of two calls in training mode")
        assert_dropped(seen - around_0, wanted.detach() - around_0, p, what="the output without the skip connection")
        layer.eval()
        assert_same(layer(x), wanted, what="the output back in evaluation mode")
    layer = still(student, single)
    wanted = layer(x)
    layer.train()
    assert_same(layer(x), wanted, what="the output with the default dropout, 0, in training mode")


@check(
    points=0.5,
    says="the sublayer itself, no copy, is a part of the module, with its parameters and its mode",
    asks="What is assigned to self in the constructor: the sublayer, a copy, or something that holds it?",
)
def test_registered(student, make, rng):
    sublayer, x = twin(student, make(nn.Linear, D, D)), rng.normal(B, L, D)
    layer = still(student, sublayer)
    seen = sorted(tuple(parameter.shape) for _, parameter in layer.named_parameters())
    expect(
        seen == [(D,), (D, D)],
        "the parameters of the sublayer to be found, and no others",
        f"{len(seen)} parameters, where the sublayer has 2",
    )
    assert_no_stub(layer, x, what="the output")
    other = linear(make, rng)
    load_weights(sublayer, {name: value.clone() for name, value in other.state_dict().items()})
    wanted = still(student, other)(x)
    assert_same(layer(x), wanted, what="the output after the sublayer was given other weights")
    layer = still(student, make(nn.Dropout, 0.5))
    wanted = still(student, make(nn.Identity))(x)
    assert_same(layer(x), wanted, what="the output in evaluation mode, around a sublayer that drops out in training,")
    layer.train()
    assert_different(layer(x), layer(x), what="the output of two calls after train(), which reaches the sublayer,")


@check(
    points=0.25,
    says="gradients reach x, by both ways, and the sublayer's parameters",
    asks="Is there a step from x or from the sublayer to the output that records no gradient?",
)
def test_gradients(student, make, rng):
    x = rng.normal(B, L, D, dtype=torch.float64)
    # Of tanh the backward pass needs what it returned.
    layer = student(make(nn.Sequential, linear(make, rng, dtype=torch.float64), make(nn.Tanh)))
    state = draw_weights(layer, rng, dtype=torch.float64)
    assert_own_parameter_gradients(layer, state, lambda: layer(x), rng)
    assert_own_gradients(layer, {"x": x}, rng)


@check(points=0.25, says="the connection is built here, not taken ready-made", forbids=["attnkit.parts.Residual"])
def test_from_primitives(student, make, rng):
    student(make(nn.Linear, D, D))(rng.normal(B, L, D))
