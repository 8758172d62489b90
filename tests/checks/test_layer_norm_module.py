"""Hidden checks of lesson 04, exercise layer_norm_module.

Names and shapes have a check of their own: in the others, the gain and the bias are found under other names, too.
"""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_same,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    weights,
)

B, L, D = 2, 5, 7


def equip(norm, gain, bias):
    """Give a norm this gain and bias, as far as they fit, under whichever names it has them; returns its state."""
    state = {}
    for name, weight in weights(norm).items():
        value = gain if name.endswith(("gamma", "weight")) else bias if name.endswith(("beta", "bias")) else None
        if value is not None:
            size = torch.Size(weight.shape).numel()
            state[name] = value[:size].reshape(weight.shape)
    norm.load_state_dict(state, strict=False)
    return state


def equipped(student, reference, rng, dtype=torch.float32, **settings):
    """The learner's norm and the reference's, with the same random gain and bias."""
    theirs, ours = student(D, **settings), reference(D, **settings).to(dtype)
    if dtype != torch.float32:
        theirs.to(dtype)
    gain, bias = rng.normal(D, dtype=dtype), rng.normal(D, dtype=dtype)
    for norm in (theirs, ours):
        equip(norm, gain, bias)
    return theirs, ours


@check(
    points=0.75,
    says="the parameters are gamma, ones, and beta, zeros, both of shape (d_model,), and no others",
    asks="Which attributes does your constructor make, of which shape, and are they wrapped in nn.Parameter?",
)
def test_parameters(student, reference):
    for norm, size in ((student(D), D), (student(d_model=3, eps=0.1), 3)):
        assert_same_weights(norm, reference(size), "the norm")
        learn = all(weight.learns for weight in weights(norm).values())
        expect(learn, "gamma and beta to be trained", "one that does not require a gradient")
        state, other = norm.state_dict(), student(size).state_dict()
        for name in ("gamma", "beta"):
            expect(torch.equal(state[name], other[name]), f"the same {name} in every new norm", "another one")
        assert_close(state["gamma"], torch.ones(size), what="gamma of a new norm")
        assert_close(state["beta"], torch.zeros(size), what="beta of a new norm")


@check(
    points=0.25,
    says="the output has the shape and dtype of x, for any leading dimensions, and x stays untouched",
    asks="Do the parameters add a dimension, and do you cast x to a dtype of your own?",
)
def test_contract(student, rng):
    for dtype in (torch.float64, torch.float32):  # in this order: norms that share parameters have a check of their own
        norm = student(D)
        norm.to(dtype)
        for lead in ((), (L,), (B, 3, L)):
            x = rng.normal(*lead, D, dtype=dtype)
            assert_tensor(norm(x), (*lead, D), dtype, axes=("...", "D"), what="the output")
            assert_untouched({"x": x}, lambda norm=norm, x=x: norm(x))


@check(
    points=0.75,
    says="the output is the layer norm of x with the module's own gamma and beta",
    asks="What is handed to layer_norm as gain, and what as bias?",
)
def test_values(student, reference, rng):
    norm = student(2)
    equip(norm, torch.tensor([2.0, 3.0]), torch.tensor([10.0, 20.0]))
    # The mean is 3, and both features are 2 away from it.
    assert_example(norm, torch.tensor([[[1.0, 5.0]]]), gives=[[[8, 23]]], name="norm")
    norm, ours = equipped(student, reference, rng)
    for x in (5 * rng.normal(B, L, D) + 1, 5 * rng.normal(D, D, D), 1e4 * rng.normal(1, L, D)):
        # The default eps has a check of its own: here it moves no value by more than the tolerance.
        assert_close(norm(x), ours(x), atol=1e-4, what=f"the output for x of shape {tuple(x.shape)}")
    turned = rng.normal(D, L, B).transpose(0, 2)
    assert_same(norm(turned), norm(turned.contiguous()), what="the output for a non-contiguous x")


@check(
    points=0.5,
    says="eps is the one given to the constructor, by name or position, and 1e-5 by default",
    asks="Where does the eps of the constructor go, and where in the formula does it stand?",
)
def test_eps(student, reference, rng):
    # Beside an eps of 1e6 the variance counts for nothing: the output is γ·c/√eps + β.
    gain, x = 1000 * torch.ones(D), rng.normal(B, L, D, dtype=torch.float64)
    ours = reference(D, 1e6).to(torch.float64)
    equip(ours, gain.double(), torch.zeros(D).double())
    for norm in (student(D, eps=1e6), student(D, 1e6)):
        equip(norm, gain, torch.zeros(D))
        assert_no_stub(norm, x.float(), what="the output")
        assert_close(norm(x.float()), ours(x).float(), atol=1e-4, what="the output for eps = 1e6, gamma = 1000")
    # Of a variance V, (V + eps) is as many times V as the square of the output is smaller.
    one = torch.ones(D)
    outputs = []
    for eps in (1e-12, 1.0, 3.0):
        norm = student(D, eps=eps)
        equip(norm, one, 0 * one)
        outputs.append(norm(x.float()).square().sum(-1).double())
    grown = [outputs[0] / other - 1 for other in outputs[1:]]
    assert_same(grown[1] / grown[0], torch.full((B, L), 3.0).double(), atol=1e-3, what="the effect of an eps 3 times")
    for size in (1e-2, 1e-3):
        given, default = student(D, eps=1e-5), student(D)
        for norm in (given, default):
            equip(norm, one, 0 * one)
        what = f"the output for values of ±{size:g} without an eps, compared with that for eps=1e-5,"
        assert_same(default(size * x.float()), given(size * x.float()), what=what)


@check(
    points=0.25,
    says="gradients reach x, gamma and beta, in float64 precision",
    asks="Is there a step from x, gamma or beta to the output that records no gradient?",
)
def test_gradients(student, reference, rng):
    norm, _ = equipped(student, reference, rng, torch.float64)
    x = rng.normal(1, L, D, dtype=torch.float64)
    state = equip(norm, rng.normal(D, dtype=torch.float64), rng.normal(D, dtype=torch.float64))
    assert_own_parameter_gradients(norm, state, lambda: norm(x), rng)
    assert_own_gradients(norm, {"x": x}, rng)
    norm.to(torch.float32)


@check(
    points=0.25,
    says="training and evaluation are the same, earlier inputs leave no trace, two norms share nothing",
    asks="What does a norm keep from one call to the next, and where are its parameters made?",
)
def test_state(student, reference, rng):
    norm, _ = equipped(student, reference, rng)
    x = rng.normal(1, L, D)
    assert_no_stub(norm, x, what="the output")
    norm.train()
    before = norm(x)
    norm(2 * x + 5)
    assert_same(norm(x), before, what="the output after other inputs")
    norm.eval()
    assert_same(norm(x), before, what="the output in evaluation mode, compared with training mode,")
    other, _ = equipped(student, reference, rng)
    assert_same(norm(x), before, what="the output of a norm after another one got weights")
    assert_different(other(x), before, what="the output of a norm with other weights")


@check(
    points=0.25,
    says="the module is built here, not taken ready-made",
    forbids=["torch.nn.LayerNorm", "attnkit.parts.LayerNorm"],
)
def test_from_primitives(student, rng):
    student(D)(rng.normal(B, L, D))
