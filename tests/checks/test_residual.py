"""Hidden checks of lesson 03, exercise residual."""

import torch
from nbjudge import (
    assert_close,
    assert_same_gradients,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    gradients,
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


class Named(nn.Module):
    """A sublayer that returns a named tuple: (values, indices), largest first."""

    def forward(self, x):
        return x.sort(dim=-1, descending=True)


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
def test_arguments(student, reference, make, rng):
    sublayer = make(Adjusted, D)
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
        sublayer = make(Several, D, count)
        assert_close(student(sublayer)(x), reference(sublayer)(x), what=f"the output for a tuple of {count}")
    named = make(Named)
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
    x, sublayer = rng.normal(40, L, D), linear(make, rng)
    added, wanted = sublayer(x).detach(), reference(sublayer).eval()(x)
    for p in (0.5, 0.2):
        layer = student(sublayer, dropout=p)
        layer.eval()
        assert_close(layer(x), wanted, what="the output in evaluation mode")
        layer.train()
        first, second = layer(x).detach() - x, layer(x).detach() - x
        expect(
            not torch.equal(first, second),
            "two training calls to drop different values",
            "the same output twice",
        )
        dropped, kept = first.abs() < 1e-4, (first - added / (1 - p)).abs() < 1e-4
        expect(
            (dropped | kept).all(),
            f"every entry of output − x to be 0, or what the sublayer returned / {1 - p:g}",
            f"other values in {int((~dropped & ~kept).sum())} of {first.numel()} entries",
        )
        for dim in range(3):
            mixed = dropped.any(dim) & ~dropped.all(dim)
            expect(
                mixed.float().mean() > 0.3,
                "every entry to be dropped or kept on its own",
                "whole rows dropped",
            )
        share = float(dropped.float().mean())
        expect(abs(share - p) < 0.15, f"about {p:.0%} of the entries to be dropped", f"{share:.0%}")
        layer.eval()
        assert_close(layer(x), wanted, what="the output back in evaluation mode")
    layer = student(sublayer)
    layer.train()
    assert_close(layer(x), wanted, what="the training output with the default dropout, 0")
    layer = student(sublayer, 0.5)
    layer.train()
    expect(not torch.equal(layer(x), layer(x)), "dropout to be the second argument", "the same output twice")


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
    expect(not torch.equal(layer(x), layer(x)), "train() to reach the sublayer", "a sublayer in evaluation mode")


@check(points=0.25, says="gradients reach x, by both ways, and the sublayer's parameters")
def test_gradients(student, reference, make, rng):
    for made in (make(nn.Sigmoid), make(nn.Tanh), make(nn.Identity)):
        assert_same_gradients(student(made), reference(made), {"x": rng.normal(B, L, D)}, rng)
    made = linear(make, rng)
    sublayer, cotangent, x = twin(student, made), rng.normal(B, L, D), rng.normal(B, L, D)
    assert_same_gradients(student(sublayer), reference(made), {"x": x}, rng)
    sublayer = twin(student, made)
    student(sublayer)(x).backward(cotangent)
    wanted = torch.autograd.grad(reference(made)(x), list(made.parameters()), cotangent)
    found = gradients(sublayer)
    for name, ours in zip(("weight", "bias"), wanted, strict=True):
        expect(found.get(name) is not None, f"a gradient for the sublayer's {name}", "none")
        assert_close(found[name], ours, what=f"the gradient for the sublayer's {name}")


@check(points=0.25, says="the connection is built here, not taken ready-made", forbids=["attnkit.parts.Residual"])
def test_from_primitives(student, make, rng):
    assert_tensor(student(make(nn.Linear, D, D))(rng.normal(B, L, D)), (B, L, D))
