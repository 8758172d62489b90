"""Hidden checks of lesson 10, exercise log_softmax."""

import numpy as np
from nbjudge import assert_close, assert_no_stub, assert_same, assert_tensor, assert_untouched, check, expect

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


def numbers(result):
    """Whatever the dtype: the contract asks for that."""
    return np.asarray(result, dtype=np.float64)


@check(
    points=0.5,
    says="the result has the shape and dtype of the logits, which stay untouched",
    asks="Do you write to an array that the caller still needs, and is there a number of your own that is float64?",
)
def test_contract(student, rng):
    for dtype in (np.float64, np.float32):
        for shape in ((V,), (L, V), (B, 3, L, V)):
            logits = rng.array(*shape, dtype=dtype)
            assert_untouched({"logits": logits}, lambda z=logits: student(z))
            assert_tensor(student(logits), shape, np.dtype(dtype))
            assert_tensor(student(logits, 0), shape, np.dtype(dtype))


@check(
    points=0.5,
    says="each logit, less the logarithm of the sum of the exponentials",
    asks="What do the exponentials of your result sum to?",
)
def test_values(student, reference, rng, example):
    example(student, np.array([0.0, np.log(3.0)]), gives=[np.log(0.25), np.log(0.75)])
    for size in (V, 4, 1, 100):
        logits = 2 * rng.array(size)
        assert_close(student(logits), reference(logits), what=f"the result for {size} logits")
    logits = rng.array(V, dtype=np.float32)
    assert_close(numbers(student(logits)), numbers(reference(logits)), atol=1e-5, what="the float32 result")


@check(
    points=0.5,
    says="each slice along axis, the last by default, has the result that it has alone",
    asks="Which axis do your maximum and your sum run along, and do they keep it?",
)
def test_axis(student, rng):
    # Slices are 800 apart, so that each has to be judged by its own largest; none is beyond what a float can hold.
    apart = rng.array(L, V) + np.array([[400.0], [-400.0], [0.0], [300.0], [-300.0]])
    for name, matrix in (("the rows", rng.array(4, 4)), ("rows far apart", apart)):
        assert_no_stub(student, matrix[0])
        alone = np.stack([student(row) for row in matrix])
        assert_same(student(matrix), alone, bound=1e3, what=f"the result for {name}")
        assert_same(student(matrix.T, axis=0), alone.T, bound=1e3, what=f"the result for {name}, laid along axis 0")
    logits = rng.array(B, L, V)
    for axis in (0, 1, 2, -1, -2, -3):
        wanted = np.moveaxis(student(np.moveaxis(logits, axis, -1).copy()), -1, axis)
        for seen in (student(logits, axis), student(logits, axis=axis)):
            assert_same(seen, wanted, what=f"the result along axis {axis}")


@check(
    points=0.5,
    says="where a probability is too small for a float, its logarithm is still there, and exact",
    asks="Does your result pass through a probability?",
)
def test_underflow(student, rng):
    assert_no_stub(student, rng.array(V))
    gaps = np.array([[0.0, -50.0, -400.0, -800.0, -5000.0], [0.0, -1e4, -900.0, -760.0, -40.0]])
    gaps = np.concatenate([gaps, [[0.0, 0.0, -1000.0, -744.5, -103.5]]])
    for logits in (gaps, gaps.astype(np.float32), gaps + 300.0):
        for row in logits:
            seen = numbers(student(row))
            infinite = int((~np.isfinite(seen)).sum())
            expect(not infinite, "finite values for finite logits", f"others in {infinite} entries")
            # All are less than their logits by one and the same number.
            atol = 1e-5 if row.dtype == np.float32 else None
            what = "the result for logits far apart, less that for the largest of them,"
            assert_same(seen - seen[0], numbers(row - row[0]), atol=atol, bound=2e4, what=what)


@check(
    points=0.5,
    says="logits of ±1e4 do not overflow: adding a number to all of them changes nothing",
    asks="Which number can be taken from all logits, and where does it have to be put back, if anywhere?",
)
def test_stable(student, rng):
    # Eighths stay exact beside 1e4, in float32 too.
    logits = np.round(8 * rng.array(V)) / 8
    assert_no_stub(student, logits)
    for far in (1e4, -1e4, 100.0):
        assert_same(student(logits + far), student(logits), what=f"the result for logits near {far:g}")


@check(
    points=0.25,
    says="a logit of -inf stays -inf, and the others are as if it were not there",
    asks="What is e to the -inf, and what is left of it after your steps before?",
)
def test_minus_infinity(student, rng):
    assert_no_stub(student, rng.array(V))
    for hidden in ([2], [0, 4, 6], [1, 2, 3, 4, 5, 6]):
        for dtype, far in ((np.float64, 0.0), (np.float32, 0.0), (np.float64, -1e4)):
            logits = rng.array(V, dtype=dtype) + dtype(far)
            without = student(np.delete(logits, hidden))
            logits[hidden] = -np.inf
            seen = student(logits)
            lost = int((seen[hidden] != -np.inf).sum())
            expect(not lost, "-inf for a logit of -inf", f"others in {lost} of {len(hidden)} entries")
            assert_same(np.delete(seen, hidden), without, bound=2e4, what="the result for the others")


@check(points=0.25, says="the log-softmax is made here, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.array(L, V))
    student(rng.array(L, V), axis=0)
