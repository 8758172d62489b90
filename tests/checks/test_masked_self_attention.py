"""Hidden checks of lesson 07, exercise masked_self_attention.

Names and the two results have checks of their own: in the others, weights are found by their last names, and where the
attention weights are missing, or averaged over the heads, the output says enough.
"""

import torch
from nbjudge import (
    assert_close,
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
    random_weights,
    unpack,
    weights,
)

# Batch, length, features, heads: no two alike, and D / H is none of them.
B, L, D, H = 3, 7, 12, 2
ONES = ("value_proj.weight", "out_proj.weight")
READY_MADE = ["attnkit.parts.MaskedSelfAttention", "attnkit.parts.DecoderLayer", "attnkit.parts.Decoder"]


def padding(*lengths, longest=L):
    """The padding mask of sentences of these lengths."""
    return (torch.arange(longest) < torch.tensor(lengths)[:, None])[:, None]


def results(result):
    """The output and, where there are any, the weights."""
    parts = result if isinstance(result, (tuple, list)) else [result]
    tensors = [part for part in parts if isinstance(part, torch.Tensor)]
    expect(tensors, "an output that is a tensor", "none")
    return tensors


def output(layer):
    """A call of the layer, for its output alone."""
    return lambda *given: results(layer(*given))[0]


def fill(layer, state):
    """Give a layer these weights, each by its last two names, whatever its attention is called."""
    last = {tuple(name.split(".")[-2:]): value for name, value in state.items()}
    found = {name: last.get(tuple(name.split(".")[-2:])) for name in weights(layer)}
    layer.load_state_dict({name: value for name, value in found.items() if value is not None}, strict=False)


def drawn(student, rng, d_model=D, heads=H):
    """A layer with random weights, and another one with the same, for sequences of another length."""
    layer, other = student(d_model, heads), student(d_model, heads)
    other.load_state_dict(draw_weights(layer, rng), strict=False)
    other.eval()
    return layer, other


@check(
    points=0.5,
    says="it returns (output, weights), (B, L, D) and (B, H, L, L), and leaves its inputs untouched",
    asks="What does the attention return, and what becomes of it?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        layer = student(D, H)
        layer.to(dtype)
        x, words = rng.normal(B, L, D, dtype=dtype), padding(7, 4, 2)
        for given in ((x,), (x, words)):
            seen, shares = unpack(layer(*given), "output", "weights")
            assert_tensor(seen, (B, L, D), dtype, axes=("B", "L", "D"), what="the output")
            assert_tensor(shares, (B, H, L, L), dtype, axes=("B", "H", "L", "L"), what="the weights")
        assert_untouched({"x": x, "padding": words}, lambda a=layer, x=x, m=words: a(x, m))


@check(
    points=0.25,
    says="the only parameters are those of `attention`, under that name",
    asks="What does state_dict() of your layer list?",
)
def test_names(student, reference):
    assert_same_weights(student(D, H), reference(D, H), "the layer")


@check(
    points=1,
    says="without padding, position i attends to the positions up to i, and to nothing after it",
    asks="Which keys may the first position see, and which the second, in training and in evaluation?",
)
def test_causal(student, reference, rng):
    small = student(1, 1)
    held = {name: weight for name, weight in weights(small).items() if weight.parameter}
    fill(small, {name: torch.full(weight.shape, float(name.endswith(ONES))) for name, weight in held.items()})
    small.eval()
    name = "a MaskedSelfAttention(1, 1) that looks at all keys alike and changes no value, called with "
    assert_example(output(small), torch.tensor([[[4.0], [2.0], [6.0]]]), gives=[[[4], [3], [4]]], name=name)
    layer, ours = student(D, H), reference(D, H).to(torch.float64)
    layer.to(torch.float64)
    state = random_weights(ours, rng, 1.5)
    for one in (layer, ours):
        fill(one, state)
    x = rng.normal(B, L, D, dtype=torch.float64)
    wanted = ours(x)
    for mode, given in ((True, (x,)), (False, (x, None))):
        layer.train(mode)
        for seen, right, part in zip(results(layer(*given)), wanted, ("output", "weights"), strict=False):
            right = right.mean(1) if seen.dim() < right.dim() else right
            what = f"the {part} in {'training' if mode else 'evaluation'} mode"
            assert_close(seen, right, atol=1e-6, what=what)


@check(
    points=1,
    says="padding is not attended to, by any query, each sentence by its own",
    asks="Which axis of the mask does the padding belong to, and to which sentence?",
)
def test_padding(student, rng):
    layer, other = drawn(student, rng)
    x = rng.normal(B, L, D)
    assert_no_stub(output(layer), x, what="the output")
    # Padding in front is as if it were not there.
    words = ~padding(2, 2, 2)
    seen, alone = results(layer(x, words)), results(other(x[:, 2:], words[..., 2:]))
    assert_same(seen[0][:, 2:], alone[0], what="the output of words behind padding, compared with that without it,")
    for part, without in zip(seen[1:], alone[1:], strict=True):
        assert_same(
            part[..., 2:, 2:], without, what="the weights of words behind padding, compared with those without it,"
        )
        assert_same(part[..., 2:, :2], torch.zeros_like(part[..., 2:, :2]), what="the weights of padding")
    # A query that is padding looks where the last word does, and finds the same if it asks the same.
    words = padding(5, 3, 6)
    for row, length in enumerate((5, 3, 6)):
        x[row, length:] = x[row, length - 1]
    seen = results(layer(x, words))[0]
    for row, length in enumerate((5, 3, 6)):
        last = seen[row, length - 1].expand(L - length, D)
        assert_same(seen[row, length:], last, what="the output of padding that holds what the last word does")
    assert_same(output(lambda x: layer(x, padding=words))(x), seen, what="the output with padding given by name")
    # Where all sizes are equal, no axis is told from another by its size.
    layer, other = drawn(student, rng, 4, 4)
    x, words = rng.normal(4, 4, 4), padding(4, 1, 3, 2, longest=4)
    words[0, 0, 1] = False
    whole = output(layer)(x, words)
    rows = torch.cat([output(other)(x[row : row + 1], words[row : row + 1]) for row in range(4)])
    assert_same(whole, rows, what="the output of four sentences, compared with each alone,")


@check(
    points=0.5,
    says="a query that sees nothing but padding has weights 0, and the projection's bias as output",
    asks="What becomes of a row of the mask in which nothing is True?",
)
def test_nothing_to_see(student, rng):
    for x, words in ((rng.normal(B, L, D), padding(7, 0, 4)), (rng.normal(B, 1, D), padding(1, 0, 1, longest=1))):
        layer = student(D, H)
        draw_weights(layer, rng)
        call = output(layer)
        if x.shape[1] > 1:
            assert_no_stub(call, x, what="the output")
        seen = results(layer(x, words))
        zeros = {name: torch.zeros(one.shape) for name, one in weights(layer).items() if "value_proj" in name}
        layer.load_state_dict(zeros, strict=False)
        what = "the output of queries that may attend to nothing, compared with that for values of 0,"
        assert_same(seen[0][1], call(x, words)[1], what=what)
        for part in seen[1:]:
            none = torch.zeros_like(part[1])
            assert_same(part[1], none, what="the weights of queries that may attend to nothing")


@check(
    points=0.5,
    says="with padding too, changing the future leaves the past as it was, in values and in gradients",
    asks="Is the causal mask there whether or not padding is given, and before the softmax?",
)
def test_causality(student, rng):
    layer, _ = drawn(student, rng)
    layer.train()
    x, words = rng.normal(B, L, D), padding(7, 5, 6)
    assert_no_stub(lambda x: output(layer)(x, words), x, what="the output")
    # Beside large numbers that come later, a softmax over everything leaves nothing for the keys that may be seen.
    for size, places in ((1.0, (1, 4, 6)), (100.0, (3,))):
        before, *shares = results(layer(size * x, words))
        for first in places:
            changed = x.clone()
            changed[:, first:] = 3 * rng.normal(B, L - first, D)
            after = output(layer)(size * changed, words)
            what = f"the outputs before a change at {first}, divided by {size:g},"
            assert_same(after[:, :first] / size, before[:, :first] / size, what=what)
        expect(
            not any(part.triu(1).any() for part in shares), "no weight above the diagonal", "weight on later positions"
        )
    x.requires_grad_()
    seen = output(layer)(x, words)
    if seen.requires_grad:  # if not, the check of gradients says so
        (seen[:, 3] * rng.normal(B, D)).sum().backward()
        assert_close(x.grad[:, 4:], torch.zeros(B, 3, D), atol=0, what="the gradient for later positions")


@check(
    points=0.5,
    says="gradients reach x and every parameter, and stay finite where there is nothing to see",
    asks="Is there a step between x and the output that records no gradient?",
)
def test_gradients(student, rng):
    layer = student(D, H)
    state, words = draw_weights(layer, rng, dtype=torch.float64), padding(7, 4, 5)
    words[1, 0, 0] = False
    x, call = rng.normal(B, L, D, dtype=torch.float64), output(layer)
    assert_own_parameter_gradients(layer, state, lambda: call(x, words), rng)
    assert_own_gradients(call, {"x": x}, rng)


@check(
    points=0.25,
    says="other lengths call after call, long ones, padding that hides nothing, and any memory layout work",
    asks="What does your layer keep of the first length that it sees, and how large is its mask?",
)
def test_edges(student, rng):
    layer, _ = drawn(student, rng)
    call, x = output(layer), rng.normal(D, L, B).transpose(0, 2)
    assert_no_stub(call, x, what="the output")
    assert_same(call(x), call(x.contiguous()), what="the output for a non-contiguous x")
    everything = torch.ones(B, 1, L, dtype=torch.bool)
    assert_same(call(x, everything), call(x), what="the output where all are words, and padding says so")
    # Where all positions hold the same, it is no matter which of them are looked at.
    wanted = call(x[:, :1].expand(B, L, D))[:, 3:4]
    for length in (9, 150, 4):
        what = f"the output inside of {length} equal positions, compared with that inside of {L},"
        seen = call(x[:1, :1].expand(1, length, D))[:, 1:-1]
        assert_same(seen, wanted[:1].expand_as(seen), what=what)


@check(
    points=0.25,
    says="a d_model that the heads cannot share evenly is a ValueError",
    asks="Does the attention get d_model and num_heads as they came?",
)
def test_errors(student):
    for d_model, heads in ((12, 5), (7, 2)):
        assert_raises(ValueError, student, d_model, heads, what=f"d_model={d_model} with num_heads={heads}")


@check(points=0.25, says="the layer is put together from its parts, not taken ready-made", forbids=READY_MADE)
def test_from_parts(student, rng):
    layer = student(D, H)
    layer(rng.normal(B, L, D))
    layer(rng.normal(B, L, D), padding(7, 4, 2))
