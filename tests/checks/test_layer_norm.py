"""Hidden checks of lesson 04, exercise layer_norm."""

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_same,
    assert_same_gradients,
    assert_tensor,
    assert_untouched,
    check,
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
ROUNDED = {torch.float32: 1e-4, torch.float64: 1e-9}


def inputs(rng, *shape, dtype=torch.float32):
    """A position's features with a mean and a deviation of their own, and a gain and bias of order one."""
    noise = rng.normal(*shape, dtype=dtype)
    while noise.var(-1, unbiased=False).min() < 0.2:  # features that are nearly equal say little but rounding
        noise = rng.normal(*shape, dtype=dtype)
    x = 2 * noise + 3 * rng.normal(*shape[:-1], 1, dtype=dtype)
    return x, rng.normal(shape[-1], dtype=dtype), rng.normal(shape[-1], dtype=dtype)


@check(
    points=0.5,
    says="the output has the shape and dtype of x, for any leading dimensions; inputs stay untouched",
)
def test_contract(student, rng):
    for lead in ((), (L,), (B, L), (B, 3, 4, L)):
        x, gamma, beta = inputs(rng, *lead, D)
        assert_tensor(student(x, gamma, beta), (*lead, D))
        names = {"x": x, "gamma": gamma, "beta": beta}
        assert_untouched(names, lambda x=x, g=gamma, b=beta: student(x, g, b))
    assert_tensor(student(*inputs(rng, B, L, D, dtype=torch.float64)), (B, L, D), torch.float64)


@check(
    points=0.75,
    says="each position has its mean taken off, is divided by its deviation, and gets gain and bias",
)
def test_values(student, reference, rng):
    for shape in ((D,), (L, D), (B, L, D), (B, 3, L, D), (B, L, 2)):
        for dtype in (torch.float32, torch.float64):
            x, gamma, beta = inputs(rng, *shape, dtype=dtype)
            what = f"the {str(dtype)[6:]} output for x of shape {shape}"
            assert_close(student(x, gamma, beta), reference(x, gamma, beta), atol=ROUNDED[dtype], what=what)
    seen = student(x=x, gamma=gamma, beta=beta)
    assert_close(seen, reference(x, gamma, beta), what="the output with the arguments by name")


@check(
    points=0.5,
    says="the variance divides by D, and eps, 1e-5 by default, is added to it inside the square root",
)
def test_eps(student, reference, rng):
    x, gamma, beta = inputs(rng, B, L, D, dtype=torch.float64)
    for eps in (0.1, 2.0, 1e-12):
        wanted = reference(x, gamma, beta, eps)
        assert_close(student(x, gamma, beta, eps=eps), wanted, what=f"the output for eps = {eps:g}")
        assert_close(student(x, gamma, beta, eps), wanted, what=f"the output for eps = {eps:g} by position")
    for size in (1e-2, 1e-3, 1e-5):
        what = f"the output for values of ±{size:g}, where the default eps of 1e-5 counts"
        assert_close(student(size * x, gamma, beta), reference(size * x, gamma, beta), what=what)


@check(points=0.25, says="a position's output depends on that position alone, not on its neighbours or the batch")
def test_alone(student, rng):
    x, gamma, beta = inputs(rng, B, L, D)
    before, other = student(x, gamma, beta), x.clone()
    other[0, 2], other[1] = 5 * rng.normal(D), rng.normal(L, D) - 4
    after = student(other, gamma, beta)
    rest = [0, 1, 3, 4]
    assert_same(after[0, rest], before[0, rest], what="the output of positions that were not changed")
    assert_different(after[1], before[1], everywhere=True, what="the output of positions that were changed")
    alone = student(x[:1, 3:4], gamma, beta)
    assert_same(alone, before[:1, 3:4], atol=ROUNDED[x.dtype], what="the output of a position by itself")


@check(
    points=0.75,
    says="equal features, one feature, square or large inputs and any memory layout are no exception",
)
def test_edges(student, reference, rng):
    # Eight features, so that a mean is exact, whichever way it is computed.
    gamma, beta = rng.normal(8), rng.normal(8)
    x = torch.tensor([[3.0], [0.0], [-250.0]]).expand(3, 8)
    assert_close(student(x, gamma, beta), beta.expand(3, 8), what="the output where all features are equal")
    x, one, two = rng.normal(B, L, 1), rng.normal(1), rng.normal(1)
    assert_close(student(x, one, two), two.expand(B, L, 1), what="the output for a single feature")
    for shape in ((D, D), (D, D, D)):
        given = inputs(rng, *shape)
        what = f"the output for x of shape {shape}"
        assert_close(student(*given), reference(*given), atol=ROUNDED[torch.float32], what=what)
    x, gamma, beta = inputs(rng, B, L, D)
    strided = x.transpose(0, 2).contiguous().transpose(0, 2)
    for given, what in ((1e4 * x, "the output for ±1e4"), (strided, "the output for a non-contiguous x")):
        seen, wanted = student(given, gamma, beta), reference(given, gamma, beta)
        assert_close(seen, wanted, atol=ROUNDED[torch.float32], what=what)


@check(points=0.5, says="gradients reach x, through the mean and the deviation as well, and gamma and beta")
def test_gradients(student, reference, rng):
    names = ("x", "gamma", "beta")
    given = dict(zip(names, inputs(rng, B, L, D, dtype=torch.float64), strict=True))
    assert_same_gradients(student, reference, given, rng)
    given["x"] = given["x"].clone()
    given["x"][0, 1] = 2.5
    assert_same_gradients(student, reference, given, rng, atol=1e-6)
    given = dict(zip(names, inputs(rng, D), strict=True))
    assert_same_gradients(student, reference, given, rng, atol=ROUNDED[torch.float32])


@check(points=0.25, says="without gain and bias, mean 0 and variance 1; shifting or stretching x changes nothing")
def test_properties(student, rng):
    x = inputs(rng, B, L, D, dtype=torch.float64)[0]
    one, zero = torch.ones(D, dtype=torch.float64), torch.zeros(D, dtype=torch.float64)
    y = student(x, one, zero, 1e-12)
    assert_close(y.mean(-1), torch.zeros(B, L, dtype=torch.float64), what="the mean of each position")
    assert_close(y.square().mean(-1), torch.ones(B, L, dtype=torch.float64), what="the variance of each position")
    shift, factor = (
        rng.normal(B, L, 1, dtype=torch.float64),
        1 + rng.normal(B, L, 1, dtype=torch.float64) ** 2,
    )
    assert_same(student(factor * x + shift, one, zero, 1e-12), y, what="the output for a shifted, stretched x")


@check(points=0.5, says="the norm is built from its parts, not by a call of a fused one", forbids=FUSED)
def test_from_primitives(student, rng):
    for shape in ((D,), (B, L, D)):
        assert_tensor(student(*inputs(rng, *shape)), shape)
