"""Hidden checks of lesson 01, exercise soft_lookup."""

import numpy as np
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check

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
)
def test_contract(student, reference, rng):
    for dtype in (np.float64, np.float32):
        given = inputs(rng, dtype)
        assert_untouched(dict(zip(("query", "keys", "values"), given, strict=True)), lambda g=given: student(*g))
        assert_tensor(student(*given), (DV,), np.dtype(dtype))
        assert_close(student(*given), reference(*given), what=f"the result in {np.dtype(dtype)}")


@check(points=0.5, says="the result is the softmax of the scaled dot products, applied to the values")
def test_values(student, reference, rng):
    for _ in range(2):
        given = inputs(rng)
        assert_close(student(*given), reference(*given))
    given = rng.array(4), rng.array(4, 4), rng.array(4, 4)
    assert_close(student(*given), reference(*given), what="the result for n = d = d_v")


@check(points=0.5, says="the scale is the square root of d, the length of the query, whatever n and d_v are")
def test_scale(student, reference, rng):
    for d, n, d_v in ((1, 4, 2), (16, 3, 5), (64, 2, 9), (6, 8, 1)):
        given = rng.array(d), rng.array(n, d), rng.array(n, d_v)
        assert_close(student(*given), reference(*given), what=f"the result for d = {d}, n = {n}, d_v = {d_v}")


@check(points=0.5, says="huge scores, positive or negative, neither overflow nor vanish")
def test_stable(student, reference, rng):
    for factor in (1e4, -1e4):
        query, keys, values = inputs(rng)
        given = query * factor, keys, values
        assert_close(student(*given), reference(*given), what=f"the result for scores near {factor:.0e}")
    # All scores are far from 0 on the same side: subtracting the largest leaves the weights as they were.
    for query in (-1e5, 1e5):
        given = np.array([query]), np.array([[1.0], [1.00001], [1.00002]]), rng.array(3, DV)
        assert_close(student(*given), reference(*given), what=f"the result for scores that are all near {query:.0e}")


@check(
    points=0.5,
    says="a single pair returns its value, equal keys the mean, and the order of the pairs is no matter",
)
def test_properties(student, rng):
    query, keys, values = inputs(rng)
    assert_close(student(query, keys[:1], values[:1]), values[0], what="the result for a single pair")
    equal = np.repeat(keys[:1], N, axis=0)
    assert_close(student(query, equal, values), values.mean(axis=0), what="the result for equal keys")
    order = np.array([3, 0, 6, 1, 5, 2, 4])
    shuffled = student(query, keys[order], values[order])
    assert_same(shuffled, student(query, keys, values), what="the result for shuffled pairs")


@check(points=0.5, says="the lookup is built here, not by a call of finished attention", forbids=WHOLE)
def test_from_primitives(student, rng):
    student(*inputs(rng))
