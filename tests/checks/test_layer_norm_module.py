"""Hidden checks of lesson 04, exercise layer_norm_module."""

import torch
from nbjudge import (
    assert_close,
    assert_same_gradients,
    assert_same_in_both_modes,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_separate,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    load_weights,
    pair,
    random_weights,
    weights,
)

B, L, D = 2, 5, 7


@check(
    points=0.75,
    says="the parameters are gamma, ones, and beta, zeros, both of shape (d_model,), and no others",
)
def test_parameters(student, reference):
    for norm, size in ((student(D), D), (student(d_model=3, eps=0.1), 3)):
        assert_same_weights(norm, reference(size), "the norm")
        learn = all(weight.learns for weight in weights(norm).values())
        expect(learn, "gamma and beta to be trained", "one that does not require a gradient")
        state = norm.state_dict()
        assert_close(state["gamma"], torch.ones(size), what="gamma of a new norm")
        assert_close(state["beta"], torch.zeros(size), what="beta of a new norm")


@check(points=0.75, says="the output is the layer norm of x with the module's own gamma and beta")
def test_values(student, reference, rng):
    for dtype in (torch.float32, torch.float64):
        norm, ours = pair(student, reference, rng, D, dtype=dtype)
        for lead in ((), (L,), (B, L), (B, 3, L)):
            x = 2 * rng.normal(*lead, D, dtype=dtype) + 1
            assert_tensor(norm(x), (*lead, D), dtype)
            assert_close(norm(x), ours(x), what=f"the {str(dtype)[6:]} output for x of shape {tuple(x.shape)}")
            assert_untouched({"x": x}, lambda norm=norm, x=x: norm(x))
    norm, ours = pair(student, reference, rng, 4)
    for x in (rng.normal(4, 4, 4), rng.normal(4, 3, 4).transpose(0, 1), 1e4 * rng.normal(L, 4)):
        assert_close(norm(x), ours(x), what="the output for D = 4")
    assert_close(norm(torch.ones(3, 4)), ours(torch.ones(3, 4)), what="the output where all features are equal")


@check(points=0.25, says="a new norm brings every position to mean 0 and variance 1")
def test_new(student, reference, rng):
    x = 3 * rng.normal(B, L, D) - 2
    y = student(D)(x)
    assert_close(y, reference(D)(x), what="the output of a new norm")
    assert_close(y.mean(-1), torch.zeros(B, L), what="the mean of each position")


@check(points=0.5, says="eps is the one given to the constructor, by name or position, and 1e-5 by default")
def test_eps(student, reference, rng):
    for eps in (0.1, 2.0, 1e-12):
        norm, ours = pair(student, reference, rng, D, eps=eps)
        x = rng.normal(B, L, D)
        assert_close(norm(x), ours(x), what=f"the output for eps = {eps:g}")
        by_position = student(D, eps)
        load_weights(by_position, ours.state_dict())
        assert_close(by_position(x), ours(x), what=f"the output for eps = {eps:g} by position")
    norm, ours = pair(student, reference, rng, D, dtype=torch.float64)
    for size in (1e-2, 1e-3, 1e-5):
        x = size * rng.normal(B, L, D, dtype=torch.float64)
        what = f"the output for values of ±{size:g}, where the default eps of 1e-5 counts"
        assert_close(norm(x), ours(x), what=what)


@check(points=0.25, says="gradients reach x, gamma and beta")
def test_gradients(student, reference, rng):
    norm, ours = pair(student, reference, rng, D, dtype=torch.float64)
    assert_same_gradients(norm, ours, {"x": rng.normal(B, L, D, dtype=torch.float64)}, rng)
    assert_same_parameter_gradients(norm, ours)


@check(
    points=0.25,
    says="training and evaluation are the same, earlier inputs leave no trace, two norms share nothing",
)
def test_state(student, reference, rng):
    norm, ours = pair(student, reference, rng, D)
    x = rng.normal(B, L, D)
    for shift in (5, -3, 0):
        seen = 2 * x + shift
        assert_same_in_both_modes(norm, lambda x=seen: norm(x), ours(seen), what="the output")
    other = student(D)
    assert_close(other(x), reference(D)(x), what="the output of a new norm, beside one with other weights")
    assert_separate(norm, other, random_weights(reference(D), rng), lambda layer: layer(x))


@check(
    points=0.25,
    says="the module is built here, not taken ready-made",
    forbids=["torch.nn.LayerNorm", "attnkit.parts.LayerNorm"],
)
def test_from_primitives(student, rng):
    assert_tensor(student(D)(rng.normal(B, L, D)), (B, L, D))
