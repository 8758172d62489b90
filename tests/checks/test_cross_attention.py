"""Hidden checks of lesson 08, exercise cross_attention.

Names and the two results have checks of their own: in the others, weights are found by their last names, the output by
its three axes and the attention weights by their four; where there are none, the output says enough.
"""

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
    assert_separate,
    assert_tensor,
    assert_untouched,
    check,
    draw_weights,
    expect,
    random_weights,
    unpack,
    weights,
)

# Batch, heads, target length, source length, features: no two alike, and D / H is none of them.
B, H, LQ, LK, D = 2, 3, 5, 7, 12
# Of x and memory alike, where lengths are no matter: roles that were exchanged give numbers there, and no error.
L = 6
ONES = ("value_proj.weight", "out_proj.weight")
READY_MADE = [
    "attnkit.parts.CrossAttention",
    "attnkit.parts.DecoderLayer",
    "attnkit.parts.Decoder",
    "torch.nn.TransformerDecoderLayer",
    "torch.nn.TransformerDecoder",
]


def sequences(rng, lq=L, lk=L, d_model=D, dtype=torch.float32):
    return rng.normal(B, lq, d_model, dtype=dtype), rng.normal(B, lk, d_model, dtype=dtype)


def results(result):
    """The output and, where there are any for each head, the weights."""
    parts = result if isinstance(result, (tuple, list)) else [result]
    tensors = [part for part in parts if isinstance(part, torch.Tensor)]
    expect(tensors, "an output that is a tensor", "none")
    first = next((part for part in tensors if part.dim() == 3), tensors[0])
    return [first, *(part for part in tensors if part.dim() == 4)]


def output(layer):
    """A call of the layer, for its output alone."""
    return lambda *given, **named: results(layer(*given, **named))[0]


def fill(layer, state):
    """Give a layer these weights, each by its last two names, whatever its attention is called."""
    last = {tuple(name.split(".")[-2:]): value for name, value in state.items()}
    found = {name: last.get(tuple(name.split(".")[-2:])) for name in weights(layer)}
    layer.load_state_dict({name: value for name, value in found.items() if value is not None}, strict=False)


def drawn(student, rng):
    """A layer with random weights that computes something."""
    layer = student(D, H)
    draw_weights(layer, rng)
    assert_no_stub(output(layer), *sequences(rng), what="the output")
    return layer


def shared_again(shares, mask):
    """Weights without those of masked keys, which the others share: what a mask makes of a softmax."""
    kept = shares * mask[:, None]
    total = kept.sum(-1, keepdim=True)
    return kept / total.where(total > 0, 1.0)


@check(
    points=0.5,
    says="it returns (output, weights) of shapes (B, L_q, D) and (B, H, L_q, L_k), and leaves its inputs untouched",
    asks="What does the attention return, in which order, and what becomes of it?",
)
def test_contract(student, rng):
    layer = student(D, H)
    x, memory = sequences(rng, LQ, LK)
    given = {"x": x, "memory": memory, "memory_mask": rng.mask(B, 1, LK)}
    assert_untouched(given, lambda: layer(*given.values()))
    seen, shares = unpack(layer(x, memory), "output", "weights")
    assert_tensor(seen, (B, LQ, D), axes=("B", "L_q", "D"), what="the output")
    assert_tensor(shares, (B, H, LQ, LK), axes=("B", "H", "L_q", "L_k"), what="the weights")


@check(
    points=0.5,
    says="the parameters are those of attention, its four projections, and a layer's own; d_model fits the heads",
    asks="What does state_dict() of your layer list, and when is the attention made?",
)
def test_names(student, reference, rng):
    layer, other = student(D, H), student(D, H)
    assert_same_weights(layer, reference(D, H), "the layer")
    layer.eval()
    x, memory = sequences(rng)
    assert_separate(layer, other, random_weights(reference(D, H), rng), lambda a: output(a)(x, memory))
    assert_raises(ValueError, student, D, 5, what=f"d_model={D} with num_heads=5")


@check(
    points=1.5,
    says="queries come from x, keys and values from memory, whatever the two lengths are",
    asks="Which of the two sequences asks, which is looked at, and which is handed out?",
)
def test_values(student, reference, rng):
    small = student(1, 1)
    held = {name: weight for name, weight in weights(small).items() if weight.parameter}
    fill(small, {name: torch.full(weight.shape, float(name.endswith(ONES))) for name, weight in held.items()})
    small.eval()
    x, memory = torch.tensor([[[9.0], [5.0]]]), torch.tensor([[[4.0], [2.0]]])
    name = "a CrossAttention(1, 1) that looks at all keys alike and changes no value, called with x and memory: "
    assert_example(output(small), x, memory, gives=[[[3], [3]]], name=name)
    for (d_model, heads), (lq, lk) in (((D, H), (L, L)), ((6, 6), (8, 3)), ((6, 1), (2, 9))):
        layer, ours = student(d_model, heads), reference(d_model, heads).to(torch.float64)
        layer.to(torch.float64)
        layer.eval()
        state = random_weights(ours, rng, 1.5)
        for one in (layer, ours):
            fill(one, state)
        x, memory = sequences(rng, lq, lk, d_model, torch.float64)
        for seen, right, part in zip(results(layer(x, memory)), ours(x, memory), ("output", "weights"), strict=False):
            what = f"the {part} for L_q = {lq}, L_k = {lk}, {heads} heads"
            assert_close(seen, right, atol=1e-6, what=what)


@check(
    points=1,
    says="a position of x looks only where memory_mask is True, for every shape that broadcasts to (B, L_q, L_k)",
    asks="What reaches the attention as its mask, for which keys, and what does True stand for?",
)
def test_mask(student, rng):
    layer, (x, memory) = drawn(student, rng), sequences(rng)
    call, (plain, *shares) = output(layer), results(layer(x, memory))
    everything = torch.ones(B, 1, L, dtype=torch.bool)
    assert_same(call(x, memory, everything), plain, what="the output under a mask that allows everything")
    for shape in ((B, 1, L), (B, L, L), (L, L), (1, 1, L), (L,)):
        mask = rng.mask(*shape)
        seen, *left = results(layer(x, memory, mask))
        whole = mask.expand(B, L, L)
        for part, before in zip(left, shares, strict=True):
            wanted = shared_again(before, whole)
            assert_same(part, wanted, what=f"the weights of the positions left by a mask of shape {shape}")
        if len(shape) < 3:
            written = call(x, memory, whole.clone())
            assert_same(seen, written, what=f"the output under a mask of shape {shape}, compared with it written out,")
    mask = torch.ones(B, 1, L, dtype=torch.bool)
    mask[0, :, 4:] = mask[1, :, 2] = False
    # What may not be looked at is no matter; what is looked at alone is as if there were nothing else.
    other = memory.masked_fill(~mask.transpose(1, 2), 50.0)
    seen = call(x, memory, memory_mask=mask)
    assert_same(call(x, other, mask), seen, what="the output after a change of masked source positions")
    layer.train()
    first, alike = torch.arange(L) < 1, memory[:, :1].expand(B, L, D)
    what = "the weights of a mask that leaves the first position, in training mode"
    alone, *left = results(layer(x, memory, first))
    for part in left:
        assert_same(part, shared_again(torch.ones_like(part), first.expand(B, L, L)), what=what)
    layer.eval()
    alone = call(x, memory, first)
    assert_same(alone, call(x, alike), what="the output for one source position, and for a memory of its like alone,")


@check(
    points=0.5,
    says="a position that may look at nothing gets weights 0 and the bias of out_proj, never NaN",
    asks="What becomes of a row of the mask in which nothing is True?",
)
def test_empty_rows(student, rng):
    layer, (x, memory) = drawn(student, rng), sequences(rng)
    rows, keys = torch.ones(B, L, L, dtype=torch.bool), torch.ones(B, 1, L, dtype=torch.bool)
    rows[0, 2] = rows[0, :, 2] = keys[1] = False
    single = torch.tensor([[[True]], [[False]]])
    cases = (
        ((x, memory, rows), (0, slice(2, 3)), "where one position may look at nothing"),
        ((x, memory, keys), (1, slice(0, L)), "where one source is nothing but padding"),
        ((x, memory, torch.zeros(L, L, dtype=torch.bool)), (0, slice(0, L)), "where nothing at all is allowed"),
        ((x[:, :1], memory[:, :1], single), (1, slice(0, 1)), "where a memory of one position is masked"),
    )
    found = [results(layer(*given)) for given, _, _ in cases]
    zeros = {name: torch.zeros(one.shape) for name, one in weights(layer).items() if "value_proj" in name}
    layer.load_state_dict(zeros, strict=False)
    wanted = output(layer)(x, memory)
    for (seen, *shares), (_, (row, places), where) in zip(found, cases, strict=True):
        assert_same(
            seen[row, places], wanted[row, places], what=f"the output {where}, compared with that for values of 0,"
        )
        for part in shares:
            none = part[row][..., places, :]
            assert_same(none, torch.zeros_like(none), what=f"the weights {where}")


@check(
    points=0.5,
    says="each position of x asks for itself, the order of the memory is no matter, and nothing is dropped",
    asks="Does anything but a position's own query and the memory count?",
)
def test_properties(student, rng):
    layer, (x, memory) = drawn(student, rng), sequences(rng)
    seen, *shares = results(layer(x, memory))
    turned = torch.tensor([4, 2, 0, 3, 1, 5])
    shuffled = output(layer)(x[:, turned], memory)
    assert_same(shuffled, seen[:, turned], what="the output for shuffled target positions")
    assert_different(shuffled, seen, what="the output of other target positions")
    shuffled, *moved = results(layer(x, memory[:, turned]))
    assert_same(shuffled, seen, what="the output for shuffled source positions")
    for part, before in zip(moved, shares, strict=True):
        assert_same(part, before[..., turned], what="the weights for shuffled source positions")
    assert_same(output(layer)(x[1:], memory[1:]), seen[1:], what="the output of a sentence alone")
    layer.train()
    assert_same(output(layer)(x, memory), seen, what="the output in training mode, compared with evaluation mode,")


@check(
    points=0.5,
    says="single positions, other lengths call after call, large values and any memory layout work",
    asks="Does your code ask for a size, or a shape, that may be the same by chance?",
)
def test_edges(student, rng):
    layer, (x, memory) = drawn(student, rng), sequences(rng, LQ, LK)
    call = output(layer)
    seen = call(x, memory)
    assert_same(call(x[:, 3:4], memory), seen[:, 3:4], what="the output for one target position alone")
    single = memory[:, 2:3]
    alike = call(x, single.expand(B, LK, D))
    assert_same(call(x, single), alike, what="the output for a memory of one position, compared with many of its like,")
    turned = x.transpose(0, 2).contiguous().transpose(0, 2), memory.transpose(0, 1).contiguous().transpose(0, 1)
    assert_same(call(*turned), seen, what="the output for non-contiguous inputs")
    # In float64, where the order of the arithmetic moves no weight, however far apart the scores are.
    layer.to(torch.float64)
    x, memory = 1e4 * x.double(), 1e4 * memory.double()
    large, back = call(x, memory) / 1e4, call(x, memory.flip(1)) / 1e4
    what = "the output for values of ±1e4, divided by 1e4, with the memory back to front,"
    assert_same(back, large, atol=1e-6, what=what)


@check(
    points=0.75,
    says="gradients reach x, memory and every projection, and stay finite where nothing may be looked at",
    asks="Is there a step between x or memory and the output that records no gradient?",
)
def test_gradients(student, rng):
    layer = student(D, H)
    state, call = draw_weights(layer, rng, dtype=torch.float64), output(layer)
    x, memory = sequences(rng, dtype=torch.float64)
    mask = rng.mask(L, L)
    mask[3] = False
    assert_own_parameter_gradients(layer, state, lambda: call(x, memory), rng)
    assert_own_gradients(lambda *a: call(*a, mask), {"x": x, "memory": memory}, rng)


@check(points=0.25, says="the layer is put together from attention, not taken ready-made", forbids=READY_MADE)
def test_from_primitives(student, rng):
    layer, (x, memory) = student(D, H), sequences(rng)
    layer(x, memory)
    layer(x, memory, rng.mask(B, 1, L))
