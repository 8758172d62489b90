"""Hidden checks of lesson 10, exercise softmax."""

import numpy as np
from nbjudge import (
    assert_close,
    assert_no_stub,
    assert_raises,
    assert_same,
    assert_tensor,
    assert_untouched,
    check,
    expect,
)

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


def numbers(probabilities):
    """Whatever the dtype: the contract asks for that."""
    return np.asarray(probabilities, dtype=np.float64)


@check(
    points=0.5,
    says="probabilities have the shape and dtype of the logits, which stay untouched",
    asks="Do you write to an array that the caller still needs, and is there a number of your own that is float64?",
)
def test_contract(student, rng):
    for dtype in (np.float64, np.float32):
        for shape in ((V,), (L, V), (B, 3, L, V)):
            logits = rng.array(*shape, dtype=dtype)
            assert_untouched({"logits": logits}, lambda z=logits: student(z, temperature=2.0))
            assert_tensor(student(logits), shape, np.dtype(dtype))
            assert_tensor(student(logits, 0, 0.5), shape, np.dtype(dtype))


@check(
    points=0.75,
    says="the exponentials of the logits, divided by their sum",
    asks="What makes positive numbers of logits, and what makes them sum to 1?",
)
def test_values(student, reference, rng, example):
    example(student, np.array([0.0, np.log(3.0)]), gives=[0.25, 0.75])
    for size in (V, 4, 1, 100):
        logits = 2 * rng.array(size)
        assert_close(student(logits), reference(logits), what=f"the probabilities of {size} logits")
    logits = rng.array(V).astype(np.float32)
    wanted = numbers(reference(logits))
    assert_close(numbers(student(logits)), wanted, atol=1e-5, what="the float32 probabilities")


@check(
    points=0.5,
    says="each slice along axis, the last by default, has the probabilities that it has alone",
    asks="Which axis do your maximum and your sum run along, and do they keep it?",
)
def test_axis(student, rng):
    # Slices are 800 apart, so that each has to be judged by its own largest; none is beyond what a float can hold.
    apart = rng.array(L, V) + np.array([[400.0], [-400.0], [0.0], [300.0], [-300.0]])
    for name, matrix in (("the rows", rng.array(4, 4)), ("rows far apart", apart)):
        assert_no_stub(student, matrix[0])
        alone = np.stack([student(row) for row in matrix])
        assert_same(student(matrix), alone, what=f"the probabilities of {name}")
        assert_same(student(matrix.T, axis=0), alone.T, what=f"the probabilities of {name}, laid along axis 0")
    logits = rng.array(B, L, V)
    for axis in (0, 1, 2, -1, -2, -3):
        wanted = np.moveaxis(student(np.moveaxis(logits, axis, -1).copy()), -1, axis)
        for seen in (student(logits, axis), student(logits, axis=axis)):
            assert_same(seen, wanted, what=f"the probabilities along axis {axis}")
    cold = student(np.moveaxis(logits, 1, -1).copy(), temperature=0.5)
    assert_same(student(logits, 1, 0.5), np.moveaxis(cold, -1, 1), what="those along axis 1 at temperature 0.5")


@check(
    points=0.5,
    says="the temperature divides the logits, however large: hot makes probabilities alike, cold picks one",
    asks="What is divided by the temperature, and before or after the largest is taken from it?",
)
def test_temperature(student, rng):
    logits = rng.array(V)
    assert_no_stub(student, logits)
    plain = student(logits)
    for temperature in (0.5, 2.0, 3, 0.01, 100.0, 5e3):
        what = f"at temperature {temperature}"
        cold = student(logits / temperature)
        assert_same(student(logits, temperature=temperature), cold, what=f"the probabilities {what}")
        grown = student(logits * temperature, -1, temperature)
        assert_same(grown, plain, what=f"the probabilities of logits × {temperature} {what}")


@check(
    points=0.25,
    says="a temperature of 0 or less is a ValueError with a readable message",
    asks="What do you do before you divide by the temperature?",
)
def test_errors(student, rng):
    logits = rng.array(L, V)
    assert_no_stub(student, logits[0])
    for temperature in (0.0, 0, -1.0, -1e-3):
        assert_raises(ValueError, student, logits, temperature=temperature, what=f"temperature={temperature}")


@check(
    points=0.5,
    says="logits of ±1e4 neither overflow nor vanish",
    asks="Which number can be taken from all logits, and leaves their probabilities as they are?",
)
def test_stable(student, rng):
    # Eighths stay exact beside 1e4, in float32 too.
    logits = np.round(8 * rng.array(V)) / 8
    assert_no_stub(student, logits)
    for far in (1e4, -1e4):
        assert_same(student(logits + far), student(logits), what=f"the probabilities of logits near {far:.0e}")
    # One logit takes all, as it does where they are 100 apart.
    for spread in (np.array([0.0, 3e4, -1e4, 2e4]), np.array([-3e4, -2e4, -1e4]), np.array([900.0, 0.0, 700.0])):
        near = student(100.0 * spread.argsort().argsort())
        assert_same(student(spread), near, what="the probabilities of logits far apart")
        coarse = numbers(student(spread.astype(np.float32)))
        assert_same(coarse, numbers(near), atol=1e-5, what="the float32 probabilities of logits far apart")


@check(
    points=0.5,
    says="a logit of -inf has probability 0, and the others share 1 as if it were not there",
    asks="What is e to the -inf, and what is left of it after your steps before?",
)
def test_minus_infinity(student, rng):
    assert_no_stub(student, rng.array(V))
    for hidden in ([2], [0, 4, 6], [1, 2, 3, 4, 5, 6]):
        for dtype, far, temperature in (
            (np.float64, 0.0, 1.0),
            (np.float32, 0.0, 1.0),
            (np.float64, -1e4, 1.0),
            (np.float64, 0.0, 5e3),
        ):
            logits = rng.array(V, dtype=dtype) + dtype(far)
            without = student(np.delete(logits, hidden), -1, temperature)
            logits[hidden] = -np.inf
            seen = student(logits, -1, temperature)
            assert_same(np.delete(seen, hidden), without, what="the probabilities of the others")
            lost = int((numbers(seen)[hidden] != 0).sum())
            expect(not lost, "the probability of a logit of -inf to be 0", f"others in {lost} of {len(hidden)} entries")


@check(points=0.5, says="the softmax is made of exponentials, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    student(rng.array(L, V))
    student(rng.array(L, V), axis=0, temperature=2.0)
