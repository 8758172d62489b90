"""Hidden checks of lesson 03, exercise residual."""

from collections import namedtuple

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


def linear(make, rng, size=D, dtype=torch.float32):
    """A linear sublayer with weights of order one."""
    made = make(nn.Linear, size, size, dtype=dtype)
    made.load_state_dict({"weight": rng.normal(size, size, dtype=dtype), "bias": rng.normal(size, dtype=dtype)})
    return made


@check(points=0.5, says="the output has the shape and dtype of x, whatever that is, and x stays untouched")
def test_contract(student, make, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(linear(make, rng, dtype=dtype))
        for lead in ((), (B,), (B, L), (B, 3, 4)):
            assert_tensor(layer(rng.normal(*lead, D, dtype=dtype)), (*lead, D), dtype)
    x = rng.normal(B, L, D)
    # A sublayer may return the very tensor that it was given: writing into its result is writing into x.
    for layer in (student(linear(make, rng)), student(make(nn.Identity)), student(make(nn.Identity), 0.5)):
        assert_untouched({"x": x}, lambda a=layer: a(x))


@check(points=0.75, says="the output is x plus what the sublayer makes of x")
def test_values(student, reference, make, rng):
    for dtype in (torch.float32, torch.float64):
        sublayer = linear(make, rng, dtype=dtype)
        layer, ours = student(sublayer), reference(sublayer)
        for shape in ((D,), (L, D), (B, L, D), (D, D, D)):
            x = rng.normal(*shape, dtype=dtype)
            assert_close(layer(x), ours(x), what=f"the {str(dtype)[6:]} output for x of shape {shape}")
    for factor in (1e4, 1e-4):
        x = factor * rng.normal(B, L, D)
        assert_close(student(make(nn.Tanh))(x), x + torch.tanh(x), what=f"the output for values of ±{factor:.0e}")
    x = rng.normal(D, B).T
    assert_close(student(make(nn.Identity))(x), 2 * x, what="the output around a sublayer that returns x itself")
    sublayer = make(nn.Linear, D, D)
    sublayer.load_state_dict({"weight": torch.zeros(D, D), "bias": torch.zeros(D)})
    assert_close(student(sublayer)(x), x, what="the output around a sublayer that returns 0")


@check(points=0.5, says="whatever forward is given besides x, by position or by name, reaches the sublayer")
def test_arguments(student, reference, rng):
    sublayer = Adjusted(D)
    x, scale, shift = rng.normal(B, L, D), rng.normal(L, 1), rng.normal(D)
    layer, ours = student(sublayer), reference(sublayer)
    assert_close(layer(x, scale, shift=shift), ours(x, scale, shift=shift), what="the output with both kinds")
    assert_close(layer(x, shift=shift, scale=scale), ours(x, scale, shift=shift), what="the output with names only")


@check(
    points=0.25,
    says="of a sublayer that returns a tuple the first item is added, and a tensor is added whole",
)
def test_tuple(student, reference, make, rng):
    x = rng.normal(B, L, D)
    for count in (1, 2, 4):
        sublayer = Several(D, count)
        assert_close(student(sublayer)(x), reference(sublayer)(x), what=f"the output for a tuple of {count}")
    named = Named()
    assert_close(student(named)(x), reference(named)(x), what="the output for a named tuple")
    x = rng.normal(1, 1, D)
    sublayer = linear(make, rng)
    assert_close(student(sublayer)(x), reference(sublayer)(x), what="the output for a single position")


@check(
    points=0.25,
    says="around an attention: x, memory and mask go in, and of (output, weights) the output is added",
)
def test_attention(student, make, rng):
    attention = make("attnkit.parts.MultiHeadAttention", 6, 3)
    x, memory, mask = rng.normal(B, L, 6), rng.normal(B, 4, 6), rng.mask(B, L, 4)
    wanted = x + attention(x, memory, memory, mask)[0]
    seen = student(attention)(x, memory, memory, mask=mask)
    assert_close(seen, wanted, what="the output around an attention")


@check(points=0.75, says="dropout acts on what the sublayer returns, on nothing else, and in training mode only")
def test_dropout(student, reference, make, rng):
    x, single, several = rng.normal(40, L, D), linear(make, rng), Several(D, 2)
    load_weights(several, random_weights(several, rng))
    # What a tuple holds first is dropped like what a sublayer returns alone.
    for sublayer, p in ((single, 0.5), (single, 0.2), (several, 0.5)):
        layer, wanted = student(sublayer, dropout=p), reference(sublayer)(x).detach()
        assert_dropout_in_training_only(layer, lambda a=layer: a(x), wanted, what="the output")
        layer.train()
        seen = layer(x)
        assert_tensor(seen, tuple(x.shape))
        assert_dropped(seen - x, wanted - x, p, what="output − x")
    layer, wanted = student(single), reference(single)(x)
    assert_same_in_both_modes(layer, lambda: layer(x), wanted, what="the output with the default dropout, 0,")
    layer = student(single, 0.5)
    layer.train()
    assert_different(layer(x), layer(x), what="the output of two calls, dropout being the second argument,")


@check(points=0.5, says="the sublayer itself, no copy, is a part of the module, with its parameters and its mode")
def test_registered(student, make, rng):
    sublayer = twin(student, make(nn.Linear, D, D))
    layer = student(sublayer)
    seen = sorted(tuple(parameter.shape) for _, parameter in layer.named_parameters())
    expect(
        seen == [(D,), (D, D)],
        "the parameters of the sublayer to be found, and no others",
        f"{len(seen)} parameters, where the sublayer has 2",
    )
    x, state = rng.normal(B, L, D), {"weight": rng.normal(D, D), "bias": rng.normal(D)}
    sublayer.load_state_dict(state)
    assert_close(
        layer(x),
        x + x @ state["weight"].T + state["bias"],
        what="the output after the sublayer was given other weights",
    )
    layer = student(make(nn.Dropout, 0.5))
    layer.eval()
    assert_close(layer(x), 2 * x, what="the output in evaluation mode, around a sublayer that drops out in training")
    layer.train()
    assert_different(layer(x), layer(x), what="the output of two calls after train(), which reaches the sublayer,")


@check(points=0.25, says="gradients reach x, by both ways, and the sublayer's parameters")
def test_gradients(student, reference, make, rng):
    for made in (make(nn.Sigmoid), make(nn.Tanh), make(nn.Identity)):
        assert_same_gradients(student(made), reference(made), {"x": rng.normal(B, L, D)}, rng)
    made = linear(make, rng)
    sublayer, x = twin(student, made), rng.normal(B, L, D)
    assert_same_gradients(student(sublayer), reference(made), {"x": x}, rng)
    assert_same_parameter_gradients(sublayer, made)


@check(points=0.25, says="the connection is built here, not taken ready-made", forbids=["attnkit.parts.Residual"])
def test_from_primitives(student, make, rng):
    assert_tensor(student(make(nn.Linear, D, D))(rng.normal(B, L, D)), (B, L, D))
