"""Hidden checks of lesson 02, exercise multi_head_attention.

Names and the two results have checks of their own: in the others, the two are told apart by their shapes, in whatever
order they come, and where the weights are missing, the output says enough.
"""

from functools import partial

import torch
from nbjudge import (
    assert_close,
    assert_different,
    assert_example,
    assert_no_stub,
    assert_own_gradients,
    assert_own_parameter_gradients,
    assert_raises,
    assert_same,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    draw_weights,
    expect,
    pair,
    unpack,
    weights,
)

# Batch, heads, queries, keys, features: no two alike, and D / H = 4 is none of them.
B, H, LQ, LK, D = 2, 3, 5, 7, 12
# Nothing here depends on the mode, and one check asks for the other.
same_weights = partial(pair, training=True)
WHOLE = [
    "torch.nn.MultiheadAttention",
    "torch.nn.functional.multi_head_attention_forward",
    "attnkit.parts.MultiHeadAttention",
    "attnkit.parts.MaskedSelfAttention",
    "attnkit.parts.CrossAttention",
]


def inputs(rng, dtype=torch.float32, d_model=D):
    return [rng.normal(B, length, d_model, dtype=dtype) for length in (LQ, LK, LK)]


def both(result):
    return unpack(result, "output", "weights")


def found(result, shape):
    """The output, of this shape, and the weights, if there are any: (B, H, L_q, L_k), or (B, L_q, L_k)."""
    parts = list(result) if isinstance(result, (tuple, list)) else [result]
    tensors = [part for part in parts if isinstance(part, torch.Tensor)]
    outputs = [part for part in tensors if part.shape == shape]
    expect(outputs, f"an output of shape {tuple(shape)}", f"{[tuple(part.shape) for part in tensors]}")
    return outputs[0], [part for part in tensors if part is not outputs[0]]


def results(layer, query, key, value, *mask):
    return found(layer(query, key, value, *mask), query.shape)


def output(layer):
    """A call of the layer, for its output alone."""
    return lambda *given: results(layer, *given)[0]


def drawn(student, rng, d_model=D, heads=H, dtype=torch.float32):
    layer = student(d_model, heads)
    draw_weights(layer, rng, dtype=dtype)
    return layer


@check(
    points=0.5,
    says="it returns (output, weights) of shapes (B, L_q, D) and (B, H, L_q, L_k), and leaves what it gets untouched",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H)
        layer.to(dtype)
        given, mask = inputs(rng, dtype), rng.mask(B, LQ, LK)
        mask[0, 1] = False
        output, weights = both(layer(*given))
        assert_tensor(output, (B, LQ, D), dtype, what="the output")
        assert_tensor(weights, (B, H, LQ, LK), dtype, what="the weights")
        named = dict(zip(("query", "key", "value", "mask"), (*given, mask), strict=True))
        assert_untouched(named, lambda a=layer, n=named: a(*n.values()))


@check(
    points=0.5,
    says="query_proj, key_proj, value_proj and out_proj are linear layers of D to D with a bias, and there is no more",
)
def test_names(student, reference):
    assert_same_weights(student(d_model=D, num_heads=H), reference(D, H), "the layer")


@check(
    points=1.25,
    says="every head attends with its share of the projections, and out_proj mixes what they found",
    asks="Which features belong to head 0, what is its d_k, and in which order do the heads come back?",
)
def test_values(student, reference, rng):
    layer, given = drawn(student, rng), inputs(rng)
    layer.train()
    call = output(layer)
    expect(torch.equal(call(*given), call(*given)), "two calls to give the same output", "another one")
    small = student(2, 2)
    held = {name: weight.shape for name, weight in weights(small).items()}
    state = {name: torch.eye(2) if shape == (2, 2) else torch.zeros(shape) for name, shape in held.items()}
    small.load_state_dict(state, strict=False)
    x = torch.tensor([[[0.0, 4.0], [0.0, 2.0]]])
    name = "a MultiHeadAttention(2, 2) whose projections change nothing, called with query, key and value "
    first, second = ((4 + 2 * torch.tensor(-shift).exp()) / (1 + torch.tensor(-shift).exp()) for shift in (8.0, 4.0))
    gives = [[[0, first.item()], [0, second.item()]]]
    assert_example(output(small), x, x, x, gives=gives, name=name)
    for dtype, length in ((torch.float32, LK), (torch.float64, LQ)):
        # √(D/H) is 2 here: a root taken of a float32 tensor, which is right too, is exact in float64.
        layer, ours = same_weights(student, reference, rng, D, H, dtype=dtype)
        x = rng.normal(B, length, D, dtype=dtype)
        wanted, shares = ours(x, x, x)
        seen, theirs = results(layer, x, x, x)
        assert_close(seen, wanted, what=f"the output of self-attention in {str(dtype)[6:]}")
        for part in theirs:
            right = shares if part.dim() == 4 else shares.mean(1)
            assert_close(part, right, what=f"the weights of self-attention in {str(dtype)[6:]}")


@check(
    points=1,
    says="queries, keys and values may differ, in what they hold and in length",
    asks="What is projected from which of the three, and which of them decide the weights?",
)
def test_cross(student, rng):
    layer = drawn(student, rng)
    (query, key, value), call = inputs(rng), output(layer)
    assert_no_stub(call, query, key, value, what="the output")
    whole, shares = results(layer, query, key, value)
    # Each query asks alone, and a sequence may ask itself.
    assert_same(call(query[:, 2:3], key, value), whole[:, 2:3], what="the output of a query alone")
    assert_same(call(key, key, key)[:, :LQ], call(key[:, :LQ], key, key), what="the output of queries from the keys")
    # The weights are between queries and keys; the output is linear in the values.
    other = rng.normal(B, LK, D)
    mixed, others = results(layer, query, key, 0.25 * value + 0.75 * other)
    wanted = 0.25 * whole + 0.75 * call(query, key, other)
    assert_same(mixed, wanted, atol=1e-5, what="the output for a mixture of values, and the mixture of the outputs")
    for part, again in zip(shares, others, strict=True):
        assert_same(again, part, what="the weights for other values")
    assert_different(call(query, key, other), whole, what="the output for other values")
    assert_different(call(query, other, value), whole, what="the output for other keys")
    turned = [rng.normal(length, B, D).transpose(0, 1) for length in (LQ, LK, LK)]
    same = call(*(one.contiguous() for one in turned))
    assert_same(call(*turned), same, what="the output of non-contiguous inputs")


@check(
    points=0.5,
    says="any number of heads that divides D works, one and D included",
    asks="Where does your code take the number of heads from, and where the size of one?",
)
def test_heads(student, rng):
    for d_model, heads in ((6, 1), (6, 6), (10, 2), (16, 4)):
        layer = drawn(student, rng, d_model, heads)
        given, call = inputs(rng, d_model=d_model), output(layer)
        assert_no_stub(call, *given, what=f"the output with {heads} heads of {d_model} features")
        _, shares = results(layer, *given)
        wanted = (heads, LQ, LK)
        for part in shares:
            if part.dim() == 4:
                expect(part.shape[1:] == wanted, f"weights of {wanted} for each sentence", f"{tuple(part.shape[1:])}")
        # A single key has all the weight, whoever asks.
        single = call(given[0], given[1][:, :1], given[2][:, :1])
        what = f"the output of {heads} heads for a single key, from query to query"
        assert_same(single, single[:, :1].expand_as(single), what=what)


@check(
    points=1,
    says="no head attends where the mask is False, and each batch row uses its own mask",
    asks="What remains of a softmax over the keys that are True, if the others were not there?",
)
def test_mask(student, rng):
    layer = drawn(student, rng)
    (query, key, value), mask, call = inputs(rng), rng.mask(B, LQ, LK), output(layer)
    assert_no_stub(lambda *a: call(*a, mask), query, key, value, what="the output")
    for training in (True, False):
        layer.train(training)
        for size in (1, 300):  # scores of size 1e5: one key wins outright, so that rounding does not matter
            seen, shares = results(layer, size * query, size * key, value, mask)
            for row, place in ((0, 0), (0, 3), (1, 0), (1, 4)):
                keys = mask[row, place]
                one = (size * query[row : row + 1, place : place + 1], size * key[row : row + 1, keys])
                alone, theirs = results(layer, *one, value[row : row + 1, keys])
                what = "of a query under its mask, and of the same with the other keys taken away"
                atol = 1e-5 if size == 1 else 1e-3
                assert_same(seen[row, place], alone[0, 0], atol=atol, what=f"the output {what}")
                for part, without in zip(shares, theirs, strict=True):
                    assert_same(
                        part[row, ..., place, keys], without[0, ..., 0, :], atol=atol, what=f"the weights {what}"
                    )
                    hidden = part[row, ..., place, ~keys]
                    assert_same(hidden, torch.zeros_like(hidden), what="the weights of keys that are hidden")
    only, alone = torch.arange(LK) == 2, call(query, key[:, 2:3], value[:, 2:3])
    for size in (300, -300):  # one of which brings a score far below 0
        seen = call(300 * query, size * key, value, only)
        whole = bool(((seen - alone).abs() < 1e-3).all())
        expect(whole, "the only key that a mask leaves to have all the weight, however low its score", "less")
    named = found(layer(query, key, value, mask=mask), query.shape)[0]
    assert_same(named, call(query, key, value, mask), what="the output with the mask given by name")


@check(
    points=0.5,
    says="a mask of any shape that broadcasts to (B, L_q, L_k) works, and is the same for every head",
    asks="Where in (B, H, L_q, L_k) does your mask get its axis for the heads?",
)
def test_broadcast(student, rng):
    layer = drawn(student, rng)
    given, call = inputs(rng), output(layer)
    plain = call(*given)
    for shape in ((B, 1, LK), (LQ, LK), (1, LQ, LK), (LK,), (B, LQ, 1)):
        mask = rng.mask(*shape) if shape[-1] > 1 else rng.mask(B, LQ)[..., None]
        mask.view(-1)[0] = False  # it hides something
        seen, what = call(*given, mask), f"the output under a mask of shape {shape}"
        assert_different(seen, plain, what=what)
        assert_same(seen, call(*given, mask.expand(B, LQ, LK)), what=f"{what}, and under one of (B, L_q, L_k)")
    # As many heads as batch rows and positions: an axis in the wrong place goes unnoticed by shapes.
    layer = drawn(student, rng, 9, 3)
    given, call = [rng.normal(3, 3, 9) for _ in range(3)], output(layer)
    for shape in ((3, 3, 3), (3, 1, 3), (3, 3), (1, 3, 3)):
        mask = rng.mask(*shape)
        full = mask.expand(3, 3, 3)
        rows = [call(*(one[row : row + 1] for one in given), full[row : row + 1]) for row in range(3)]
        what = f"the output under a mask of shape {shape} for B = H = L = 3, and of each sentence alone"
        assert_same(call(*given, mask), torch.cat(rows), what=what)


@check(
    points=0.5,
    says="a query that may attend to nothing gets weights 0, and out_proj's bias as its output",
    asks="What becomes of a row of the mask in which nothing is True?",
)
def test_empty_rows(student, rng):
    layer = drawn(student, rng)
    given, mask, call = inputs(rng), rng.mask(B, LQ, LK), output(layer)
    mask[0, 2] = mask[1, 4] = False
    single = (given[0], given[1][:, :1], given[2][:, :1])
    assert_no_stub(call, *given, what="the output")
    seen, shares = results(layer, *given, mask)
    nothing = call(*given, torch.zeros(B, 1, LK, dtype=torch.bool))
    one_key = call(*single, torch.zeros(B, LQ, 1, dtype=torch.bool))
    zeros = {name: torch.zeros(one.shape) for name, one in weights(layer).items() if "value" in name}
    layer.load_state_dict(zeros, strict=False)
    wanted, what = call(*given)[0, 0], "may attend to nothing, and that for values of 0"
    for place in ((0, 2), (1, 4)):
        assert_same(seen[place], wanted, what=f"the output of a query that {what}")
        for part in shares:
            none = part[place[0], ..., place[1], :]
            assert_same(none, torch.zeros_like(none), what="the weights of a query that may attend to nothing")
    assert_same(nothing, wanted.expand_as(nothing), what=f"the outputs where all {what}")
    assert_same(one_key, wanted.expand_as(one_key), what=f"the outputs for one key, where all {what}")


@check(
    points=0.75,
    says="gradients reach the inputs and all eight weights, and stay finite where a row is empty",
    asks="Is there a step between an input and the results that records no gradient?",
)
def test_gradients(student, rng):
    layer = student(D, H)
    state, mask = draw_weights(layer, rng, dtype=torch.float64), rng.mask(B, LQ, LK)
    mask[1, 3] = False
    given = inputs(rng, torch.float64)

    def call(*given):
        seen, shares = results(layer, *given)
        return (seen, *shares)

    assert_own_parameter_gradients(layer, state, lambda: call(*given, mask)[0], rng)
    named = dict(zip(("query", "key", "value"), given, strict=True))
    assert_own_gradients(call, named, rng)
    assert_own_gradients(lambda *a: call(*a, mask), named, rng)


@check(points=0.5, says="a d_model that num_heads does not divide is a ValueError with a message, when constructed")
def test_errors(student):
    for d_model, num_heads in ((10, 3), (4, 8), (7, 2)):
        assert_raises(ValueError, student, d_model, num_heads, what=f"d_model={d_model}, num_heads={num_heads}")


@check(points=1, says="the layer is built from its parts, not by a call of a finished one", forbids=WHOLE)
def test_from_primitives(student, rng):
    layer = student(D, H)
    layer(*inputs(rng))
    layer(*inputs(rng), rng.mask(B, LQ, LK))
