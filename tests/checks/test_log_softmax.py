"""Hidden checks of lesson 10, exercise log_softmax."""

import numpy as np
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check, expect

B, L, V = 2, 5, 7
READY_MADE = [
    "scipy.special.log_softmax",
    "torch.log_softmax",
    "torch.special.log_softmax",
    "torch.nn.functional.log_softmax",
    "torch.nn.LogSoftmax",
    "torch.Tensor.log_softmax",
    "torch.nn.functional.cross_entropy",
    "attnkit.parts.log_softmax",
]


@check(points=0.5, says="the result has the shape and dtype of the logits, which stay untouched")
def test_contract(student, rng):
    for dtype in (np.float64, np.float32):
        for shape in ((V,), (L, V), (B, 3, L, V)):
            logits = rng.array(*shape, dtype=dtype)
            assert_untouched({"logits": logits}, lambda z=logits: student(z))
            assert_tensor(student(logits), shape, np.dtype(dtype))
            assert_tensor(student(logits, 0), shape, np.dtype(dtype))


@check(points=0.5, says="each logit, less the logarithm of the sum of the exponentials along the last axis")
def test_values(student, reference, rng):
    for shape in ((V,), (L, V), (B, L, V), (4, 4)):
        logits = 2 * rng.array(*shape)
        assert_close(student(logits), reference(logits), what=f"the result for logits of shape {shape}")
    logits = rng.array(L, V, dtype=np.float32)
    assert_close(student(logits), reference(logits), what="the float32 result")
    sums = np.exp(student(logits.astype(np.float64))).sum(axis=-1)
    assert_close(sums, np.ones(L), what="the sum of the probabilities")


@check(
    points=0.5,
    says="axis says along which axis the probabilities sum to 1, counted from the front or from the end",
)
def test_axis(student, reference, rng):
    logits = rng.array(B, L, V)
    for axis in (0, 1, 2, -1, -2, -3):
        for seen in (student(logits, axis), student(logits, axis=axis)):
            assert_close(seen, reference(logits, axis), what=f"the result along axis {axis}")
    square = rng.array(4, 4, 4)
    for axis in (0, 1):
        assert_close(student(square, axis), reference(square, axis), what=f"that of a cube along axis {axis}")
    turned = rng.array(V, L).T
    assert_close(student(turned, axis=0), reference(turned, axis=0), what="that of a non-contiguous array")


@check(points=0.5, says="where a probability is too small for a float, its logarithm is still there, and exact")
def test_underflow(student, reference, rng):
    gaps = np.array([[0.0, -50.0, -400.0, -800.0, -5000.0], [0.0, -1e4, -900.0, -760.0, -40.0]])
    gaps = np.concatenate([gaps, [[0.0, 0.0, -1000.0, -744.5, -103.5]]])
    for logits in (gaps, gaps.astype(np.float32), gaps + 300.0):
        seen = student(logits)
        assert_tensor(seen, logits.shape, logits.dtype)
        infinite = int(np.isinf(seen).sum())
        expect(not infinite, "finite values for finite logits", f"an infinite value in {infinite} entries")
        assert_close(seen, reference(logits), what="the result for logits far apart")


@check(points=0.5, says="logits of ±1e4 do not overflow, and adding a number to all of them changes nothing")
def test_stable(student, reference, rng):
    for logits, case in (
        (1e4 * rng.array(L, V), "spread over ±1e4"),
        (rng.array(L, V) + 1e4, "near 1e4"),
        (rng.array(L, V) - 1e4, "near -1e4"),
        (rng.array(L, V) + np.array([[1e4], [-1e4], [0.0], [800.0], [-800.0]]), "of rows far apart"),
    ):
        what = f"the result for logits {case}"
        assert_close(student(logits), reference(logits), what=what)
        assert_close(student(logits.T, axis=0), reference(logits.T, axis=0), what=what)
    logits = rng.array(L, V)
    assert_same(student(logits + 100), student(logits), what="the result for logits that are all larger by 100")


@check(points=0.25, says="a logit of -inf stays -inf, and the others are as if it were not there")
def test_minus_infinity(student, reference, rng):
    for dtype in (np.float64, np.float32):
        logits = rng.array(L, V, dtype=dtype)
        without = student(np.delete(logits, 2, axis=1))
        logits[:, 2] = -np.inf
        seen = student(logits)
        assert_close(seen, reference(logits), what="the result where a logit is -inf")
        assert_same(np.delete(seen, 2, axis=1), without, what="the result for the others")
    logits = rng.array(L, V)
    logits[0, 1:] = logits[1, :3] = logits[3, ::2] = -np.inf
    assert_close(student(logits), reference(logits), what="the result where several logits are -inf")
    low = logits - 1e4
    assert_close(student(low), reference(low), what="the result where the others are near -1e4")


@check(points=0.25, says="the log-softmax is made here, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.array(L, V))
    student(rng.array(L, V), axis=0)
