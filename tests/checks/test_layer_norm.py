"""Hidden checks of lesson 04, exercise layer_norm."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_no_stub,
    assert_own_gradients,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    expect,
)

B, L, D = 2, 5, 7
FUSED = [
    "torch.nn.functional.layer_norm",
    "torch.layer_norm",
    "torch.native_layer_norm",
    "torch.nn.LayerNorm",
    "attnkit.parts.layer_norm",
    "attnkit.parts.LayerNorm",
]

# A variance that is taken as the mean of squares less the square of the mean is right, too; of the inputs below,
# whose means are up to ten times their deviations, it loses two of the seven digits of float32.
ROUNDED = 1e-4


def inputs(rng, *shape, dtype=torch.float32):
    """A position's features with a mean and a deviation of their own, and a gain and bias of order one."""
    noise = rng.normal(*shape, dtype=dtype)
    while noise.var(-1, unbiased=False).min() < 0.2:  # features that are nearly equal say little but rounding
        noise = rng.normal(*shape, dtype=dtype)
    x = 2 * noise + 3 * rng.normal(*shape[:-1], 1, dtype=dtype)
    return x, rng.normal(shape[-1], dtype=dtype), rng.normal(shape[-1], dtype=dtype)


def plain(rng, *lead):
    """An input without gain and bias: ones and zeros."""
    return inputs(rng, *lead, D)[0], torch.ones(D), torch.zeros(D)


@check(
    points=0.5,
    says="the output has the shape and dtype of x, for any leading dimensions; inputs stay untouched",
    asks="Does a mean keep the axis that it was taken over, and do you write to x?",
)
def test_contract(student, rng):
    for lead in ((), (L,), (B, L), (B, 3, 4, L)):
        x, gamma, beta = inputs(rng, *lead, D)
        assert_tensor(student(x, gamma, beta), (*lead, D), axes=("...", "D"), what="the output")
        assert_untouched({"x": x, "gamma": gamma, "beta": beta}, lambda x=x, g=gamma, b=beta: student(x, g, b))
    x, gamma, beta = inputs(rng, L, D, dtype=torch.float64)
    assert_tensor(student(x, gamma, beta), (L, D), torch.float64, what="the output")


@check(
    points=1,
    says="each position has its mean taken off and is divided by its deviation, whose variance divides by D",
    asks="Over which axis is the mean, what is squared, and by how many do you divide the sum of squares?",
)
def test_values(student, reference, rng, example):
    # The mean is 3, and both features are 2 away from it.
    example(student, torch.tensor([[1.0, 5.0]]), torch.ones(2), torch.zeros(2), gives=[[-1, 1]])
    for shape in ((D,), (L, D), (B, 3, L, D), (B, L, 2), (D, D)):
        x, gamma, beta = inputs(rng, *shape)[0], torch.ones(shape[-1]), torch.zeros(shape[-1])
        what = f"the output for x of shape {shape}, with a gain of ones and a bias of zeros"
        assert_close(student(x, gamma, beta), reference(x, gamma, beta), atol=ROUNDED, what=what)


@check(
    points=0.5,
    says="what is normalised is multiplied by the gain, feature by feature, and the bias is added last",
    asks="What do gamma = 0 and beta = 1 have to give?",
)
def test_gain_and_bias(student, rng):
    for _ in range(3):
        x, gamma, beta = inputs(rng, D)
        assert_no_stub(student, x, gamma, beta, what="the output")
        wanted = gamma * student(x, torch.ones(D), torch.zeros(D)) + beta
        what = "the output, compared with gain times the output for gain 1 and bias 0, plus bias,"
        assert_same(student(x, gamma, beta), wanted, what=what)
        assert_same(student(x=x, gamma=gamma, beta=beta), wanted, what=f"{what} with the arguments by name")


@check(
    points=0.5,
    says="eps, 1e-5 by default, is added to the variance, inside the square root",
    asks="Which eps do you use, to what is it added, and is that before the root or after?",
)
def test_eps(student, rng):
    x, one, zero = plain(rng)
    assert_no_stub(student, x, one, zero, what="the output")
    # Of features c with mean 0, the output without eps is c/σ, which tells the variance as it is computed.
    centred = x - x.mean()
    variance = (centred / student(centred, one, zero, 1e-12)).square()
    for eps in (50.0, 0.1):
        wanted = centred / (variance + eps).sqrt()
        what = f"the output for eps = {eps:g}, compared with that for 1e-12,"
        assert_same(student(centred, one, zero, eps=eps), wanted, atol=ROUNDED, what=what)
        assert_same(student(centred, one, zero, eps), wanted, atol=ROUNDED, what=f"{what} by position")
    for size in (1e-2, 1e-3):
        what = f"the output for values of ±{size:g} without an eps, compared with that for eps=1e-5,"
        assert_same(student(size * x, one, zero), student(size * x, one, zero, eps=1e-5), what=what)


@check(
    points=0.25,
    says="a position's output depends on that position alone, not on its neighbours or the batch",
    asks="Does your mean have one entry for each position?",
)
def test_alone(student, rng):
    x, gamma, beta = inputs(rng, B, L, D)
    assert_no_stub(student, x, gamma, beta, what="the output")
    before, other = student(x, gamma, beta), x.clone()
    other[0, 2], other[1] = 5 * rng.normal(D), rng.normal(L, D) - 4
    after = student(other, gamma, beta)
    rest = [0, 1, 3, 4]
    assert_same(after[0, rest], before[0, rest], what="the output of positions that were not changed")
    assert_different(after[1], before[1], everywhere=True, what="the output of positions that were changed")
    alone = student(x[:1, 3:4], gamma, beta)
    assert_same(alone, before[:1, 3:4], atol=ROUNDED, what="the output of a position by itself")
    strided = x.transpose(0, 2).contiguous().transpose(0, 2)
    assert_same(student(strided, gamma, beta), before, atol=ROUNDED, what="the output for a non-contiguous x")
    square = rng.normal(D, D, D)
    seen, alone = student(square, gamma, beta)[2, 4], student(square[2, 4], gamma, beta)
    assert_same(seen, alone, atol=ROUNDED, what="the output of a position among D × D")


@check(
    points=0.25,
    says="equal features, or a single one, give 0 before the bias, and a gradient that is finite",
    asks="What do you divide by where all features are equal?",
)
def test_edges(student, rng):
    # Eight features, so that a mean is exact, whichever way it is computed.
    gamma, zero = rng.normal(8), torch.zeros(8)
    assert_no_stub(student, rng.normal(8), gamma, rng.normal(8), what="the output")
    for value in (3.0, 0.0, -250.0):
        what = f"the output for features that are all {value:g}, with a bias of 0,"
        assert_close(student(torch.full((8,), value), gamma, zero), zero, what=what)
    assert_close(student(rng.normal(1), gamma[:1], zero[:1]), zero[:1], what="the output for one feature, bias 0,")
    equal = torch.full((8,), 2.5, requires_grad=True)
    student(equal, gamma, zero).sum().backward()
    finite = equal.grad is not None and bool(equal.grad.isfinite().all())
    expect(finite, "the gradient for x to be finite where all features are equal", "none, infinity or NaN")


@check(
    points=0.25,
    says="gradients reach x, through the mean and the deviation as well, and gamma and beta, in float64 precision",
    asks="Is there a step from x to the output that records no gradient, or a cast of your own?",
)
def test_gradients(student, rng):
    given = dict(zip(("x", "gamma", "beta"), inputs(rng, D, dtype=torch.float64), strict=True))
    assert_own_gradients(student, given, rng)


@check(
    points=0.25,
    says="a position that is shifted or stretched as a whole gives the same, however large",
    asks="What does adding 5 to all features of a position do to its mean, and to its differences from the mean?",
)
def test_invariance(student, rng):
    x, gamma, beta = inputs(rng, D)
    assert_no_stub(student, x, gamma, beta, what="the output")
    output = student(x, gamma, beta)
    for factor, shift in ((1.0, 5.0), (3.0, 0.0), (2.0, -4.0), (1e4, 0.0)):
        what = f"the output for {factor:g} · x + {shift:g}"
        assert_same(student(factor * x + shift, gamma, beta), output, atol=ROUNDED, what=what)


@check(points=0.5, says="the norm is built from its parts, not by a call of a fused one", forbids=FUSED)
def test_from_primitives(student, rng):
    student(*inputs(rng, D))
    student(*inputs(rng, B, L, D))
