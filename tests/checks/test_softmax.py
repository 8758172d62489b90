"""Hidden checks of lesson 10, exercise softmax."""

import numpy as np
from nbjudge import assert_close, assert_raises, assert_same, assert_tensor, assert_untouched, check

B, L, V = 2, 5, 7
READY_MADE = [
    "scipy.special.softmax",
    "scipy.special.log_softmax",
    "torch.softmax",
    "torch.special.softmax",
    "torch.nn.functional.softmax",
    "torch.nn.Softmax",
    "torch.Tensor.softmax",
    "torch.log_softmax",
    "torch.special.log_softmax",
    "torch.nn.functional.log_softmax",
    "torch.nn.LogSoftmax",
    "torch.Tensor.log_softmax",
    "attnkit.parts.softmax",
    "attnkit.parts.log_softmax",
]


@check(points=0.5, says="probabilities have the shape and dtype of the logits, which stay untouched")
def test_contract(student, rng):
    for dtype in (np.float64, np.float32):
        for shape in ((V,), (L, V), (B, 3, L, V)):
            logits = rng.array(*shape, dtype=dtype)
            assert_untouched({"logits": logits}, lambda z=logits: student(z, temperature=2.0))
            assert_tensor(student(logits), shape, np.dtype(dtype))
            assert_tensor(student(logits, 0, 0.5), shape, np.dtype(dtype))


@check(points=0.75, says="the exponentials of the logits, divided by their sum along the last axis")
def test_values(student, reference, rng):
    for shape in ((V,), (L, V), (B, L, V), (4, 4)):
        logits = 2 * rng.array(*shape)
        assert_close(student(logits), reference(logits), what=f"the probabilities of logits of shape {shape}")
    logits = rng.array(L, V, dtype=np.float32)
    assert_close(student(logits), reference(logits), what="the float32 probabilities")
    assert_close(student(logits.astype(np.float64)).sum(axis=-1), np.ones(L), what="the sum of the probabilities")


@check(
    points=0.75,
    says="axis says along which axis the probabilities sum to 1, counted from the front or from the end",
)
def test_axis(student, reference, rng):
    logits = rng.array(B, L, V)
    for axis in (0, 1, 2, -1, -2, -3):
        for seen in (student(logits, axis), student(logits, axis=axis)):
            assert_close(seen, reference(logits, axis), what=f"the probabilities along axis {axis}")
    square = rng.array(4, 4, 4)
    for axis in (0, 1):
        assert_close(student(square, axis), reference(square, axis), what=f"those of a cube along axis {axis}")
    turned = rng.array(V, L).T
    assert_close(student(turned, axis=0), reference(turned, axis=0), what="those of a non-contiguous array")


@check(
    points=0.5,
    says="the logits are divided by the temperature: hot makes probabilities alike, cold picks one",
)
def test_temperature(student, reference, rng):
    logits = rng.array(B, L, V)
    for temperature in (0.5, 2.0, 3, 0.01, 100.0):
        what = f"the probabilities at temperature {temperature}"
        seen, wanted = student(logits, temperature=temperature), reference(logits, temperature=temperature)
        assert_close(seen, wanted, what=what)
        assert_close(student(logits, 1, temperature), reference(logits, 1, temperature), what=what)


@check(points=0.25, says="a temperature of 0 or less is a ValueError with a readable message")
def test_errors(student, rng):
    logits = rng.array(L, V)
    for temperature in (0.0, 0, -1.0, -1e-3):
        assert_raises(ValueError, student, logits, temperature=temperature, what=f"temperature={temperature}")


@check(points=0.5, says="logits of ±1e4 neither overflow nor vanish, and each row is judged by its own largest")
def test_stable(student, reference, rng):
    for logits, case in (
        (1e4 * rng.array(L, V), "spread over ±1e4"),
        (rng.array(L, V) + 1e4, "near 1e4"),
        (rng.array(L, V) - 1e4, "near -1e4"),
        (rng.array(L, V) + np.array([[1e4], [-1e4], [0.0], [800.0], [-800.0]]), "of rows far apart"),
    ):
        what = f"the probabilities of logits {case}"
        assert_close(student(logits), reference(logits), what=what)
        assert_close(student(logits, temperature=0.5), reference(logits, temperature=0.5), what=what)
        assert_close(student(logits.T, axis=0), reference(logits.T, axis=0), what=what)
        hot = "the probabilities at temperature 5000 of logits " + case
        assert_close(student(logits, temperature=5e3), reference(logits, temperature=5e3), what=hot)
    extreme = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4, 0.0]], dtype=np.float32)
    wanted = np.array([[1, 0, 0], [0, 0, 1]], dtype=np.float32)
    assert_close(student(extreme), wanted, what="the probabilities of float32 logits of ±1e4")


@check(points=0.5, says="a logit of -inf has probability 0, and the others share 1 as if it were not there")
def test_minus_infinity(student, reference, rng):
    for dtype in (np.float64, np.float32):
        logits = rng.array(L, V, dtype=dtype)
        without = student(np.delete(logits, 2, axis=1))
        logits[:, 2] = -np.inf
        seen = student(logits)
        assert_close(seen, reference(logits), what="the probabilities where a logit is -inf")
        assert_close(seen[:, 2], np.zeros(L, dtype), atol=0, what="the probability of a logit of -inf")
        assert_same(np.delete(seen, 2, axis=1), without, what="the probabilities of the others")
    logits = rng.array(L, V)
    logits[0, 1:] = logits[1, :3] = logits[3, ::2] = -np.inf
    for temperature in (1.0, 4.0):
        seen, wanted = student(logits, -1, temperature), reference(logits, -1, temperature)
        assert_close(seen, wanted, what="the probabilities where several logits are -inf")
    low = logits - 1e4
    assert_close(student(low), reference(low), what="the probabilities where the others are near -1e4")


@check(points=0.25, says="the softmax is made of exponentials, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.array(L, V))
    student(rng.array(L, V), axis=0, temperature=2.0)
