"""Hidden checks of lesson 01, exercise soft_lookup."""

import numpy as np
from nbjudge import assert_close, assert_no_stub, assert_same, assert_tensor, assert_untouched, check

# d, n and d_v differ, so that no axis can be taken for another.
D, N, DV = 5, 7, 3
WHOLE = [
    "attnkit.parts.soft_lookup",
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
]


def inputs(rng, dtype=np.float64):
    return rng.array(D, dtype=dtype), rng.array(N, D, dtype=dtype), rng.array(N, DV, dtype=dtype)


@check(
    points=0.5,
    says="one query gives one vector of length d_v, in the dtype of the inputs, which stay untouched",
    asks="Over which axis do you add, and do you write to an array that the caller still needs?",
)
def test_contract(student, rng):
    for dtype in (np.float64, np.float32):
        given = inputs(rng, dtype)
        assert_untouched(dict(zip(("query", "keys", "values"), given, strict=True)), lambda g=given: student(*g))
        assert_tensor(student(*given), (DV,), np.dtype(dtype), axes=("d_v",))


@check(
    points=0.75,
    says="the weights are the softmax of the dot products, divided by the square root of d",
    asks="What do you divide the dot products by, and what makes the weights sum to 1?",
)
def test_values(student, reference, rng, example):
    # √4 = 2 halves the scores 2·ln 3 and 0, whose exponentials are then 3 and 1.
    query, keys = np.array([2 * np.log(3.0), 0.0, 0.0, 0.0]), np.eye(2, 4)
    example(student, query, keys, np.array([[8.0], [4.0]]), gives=[7])
    for d, n, d_v in ((D, N, DV), (4, 4, 4), (1, 4, 2), (16, 3, 5), (64, 2, 9), (6, 8, 1)):
        given = rng.array(d), rng.array(n, d), rng.array(n, d_v)
        assert_close(student(*given), reference(*given), what=f"the result for d = {d}, n = {n}, d_v = {d_v}")


@check(
    points=0.25,
    says="the result is a mean of the values: moved by as much as they are, and twice as large where they are",
    asks="Do the values take part in anything but the weighted sum?",
)
def test_mean(student, rng):
    query, keys, values = inputs(rng)
    assert_no_stub(student, query, keys, values)
    whole, shift = student(query, keys, values), rng.array(DV)
    assert_same(student(query, keys, values + shift), whole + shift, what="the result for values that are moved")
    assert_same(student(query, keys, 2 * values), 2 * whole, what="the result for values twice as large")
    for column in range(DV):
        one = student(query, keys, values[:, column : column + 1])
        assert_same(one, whole[column : column + 1], what="the result for one column of the values")


@check(
    points=0.5,
    says="huge scores, positive or negative, neither overflow nor vanish",
    asks="Which number can be taken from all scores of a query, and leaves its weights as they are?",
)
def test_stable(student, rng):
    query, keys, values = inputs(rng)
    assert_no_stub(student, query, keys, values)
    # The scores differ by thousands: one pair takes all.
    along = query / np.sqrt(query @ query)
    keys[2], keys[4] = 10 * along, -10 * along
    for factor, best in ((1e4, 2), (-1e4, 4)):
        assert_close(student(query * factor, keys, values), values[best], what=f"the result for scores ×{factor:.0e}")
    # All scores are far from 0 on the same side: what they differ by gives the weights, as near 0.
    for far in (1e4, -1e4):
        near, away = np.array([[0.0], [1.0], [2.0]]), np.array([[far], [far + 1], [far + 2]])
        same = student(np.array([1.0]), near, values[:3])
        assert_same(student(np.array([1.0]), away, values[:3]), same, what=f"the result for scores all near {far:.0e}")


@check(
    points=0.25,
    says="a single pair returns its value, and equal keys the mean of their values",
    asks="What do the weights of equal scores have to be?",
)
def test_edges(student, rng):
    query, keys, values = inputs(rng)
    assert_close(student(query, keys[:1], values[:1]), values[0], what="the result for a single pair")
    equal = np.repeat(keys[:1], N, axis=0)
    assert_close(student(query, equal, values), values.mean(axis=0), what="the result for equal keys")


@check(
    points=0.25,
    says="each value follows its own key: the order of the pairs is no matter",
    asks="Is each weight that of the key beside its value?",
)
def test_order(student, rng):
    query, keys, values = inputs(rng)
    assert_no_stub(student, query, keys, values)
    order = np.array([3, 0, 6, 1, 5, 2, 4])
    shuffled = student(query, keys[order], values[order])
    assert_same(shuffled, student(query, keys, values), what="the result for shuffled pairs")
    # A key far along the query takes nearly all, and with it comes its value.
    keys[2] = 40 * query / (query @ query) ** 0.5
    assert_close(student(10 * query, keys, values), values[2], what="the result where one key is far the most alike")


@check(points=0.5, says="the lookup is built here, not by a call of finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    student(*inputs(rng))
