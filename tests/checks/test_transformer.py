"""Hidden checks of lesson 11, exercise transformer.

The attributes are the learner's to name, so everything is judged by what the model does. Weights are still
random values of order one, put in under whatever names there are.
"""

import math
import re
from functools import partial

import torch
from nbjudge import (
    assert_different,
    assert_dropout_in_training_only,
    assert_raises,
    assert_same,
    assert_same_in_both_modes,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    gradients,
    load_weights,
    weights,
)

VS, VT, D, H, FF, N, LONGEST = 23, 17, 12, 3, 20, 2, 29
WHOLE = ["torch.nn.Transformer"]


def build(student, rng=None, **changes):
    """A model with weights of order one, in evaluation mode.

    That max_length may be another number than d_model is asked where all sizes differ, by `max_length=LONGEST`.
    """
    sizes = dict(source_vocab=VS, target_vocab=VT, d_model=D, num_heads=H, d_ff=FF, num_layers=N)
    model = student(**{**sizes, "max_length": D, **changes})
    if rng is not None:
        load_weights(model, randomised(model, rng), "the model")
    model.eval()
    return model


def parameters(model):
    """The parameters by name. One that stands under two names, as a tied weight does, is there once."""
    return {name: parameter.detach() for name, parameter in sorted(model.named_parameters())}


def shapes(model):
    """The shapes of the parameters by name: what they hold is never the same, and not asked for."""
    held = weights(model).items()
    return {name: weight.shape for name, weight in held if weight.parameter and weight.first == name}


def inner(name, shape):
    """The name of a parameter without what its author chooses, the first part of it: outside of layers, by its size."""
    return name if re.search(r"\.\d", name) else f"{tuple(shape)} {name.partition('.')[2]}"


def randomised(model, rng):
    """Other parameters for a model: matrices drawn at random, and vectors, of which those called weight are gains.

    Whatever the model calls its embeddings and its head, and in whichever order it makes its parts, they are given the
    same: by their sizes and inner names.
    """
    state, named = {}, rng.by_name()
    for name, shape in shapes(model).items():
        noise = named(inner(name, shape)).normal(*shape)
        state[name] = noise / shape[-1] ** 0.5 if len(shape) > 1 else 0.3 * noise + name.endswith("weight")
    return state


def tokens(rng, *shape, pad_id=0):
    """Random tokens that both vocabularies have, none of which is padding."""
    drawn = rng.integers(0, min(VS, VT) - 1, *shape)
    return drawn + (drawn >= pad_id)


def padded(rng, lengths, width, pad_id=0):
    """Rows of random tokens of the lengths given, filled up with padding."""
    rows = tokens(rng, len(lengths), width, pad_id=pad_id)
    for row, length in enumerate(lengths):
        rows[row, length:] = pad_id
    return rows


def without_token(model, vocab, token, rng):
    """Give one token of a vocabulary other weights, wherever the model has a row or a column for it."""
    state, named = parameters(model), rng.by_name()
    for name, weight in state.items():
        for axis, size in enumerate(weight.shape):
            if size == vocab:
                moved = weight.select(axis, token)
                moved += 2.0 * named(inner(name, weight.shape)).normal(*moved.shape, dtype=moved.dtype)
    load_weights(model, state, "the model")


def logits_of(model, source, target):
    """What decode makes of the encoded source. That forward is the same is asked by one check."""
    return model.decode(target, model.encode(source), source)


def count(model):
    return sum(math.prod(shape) for shape in shapes(model).values())


def dimensions(vectors):
    """In how many dimensions vectors (..., D) lie around their mean."""
    rows = vectors.detach().double().flatten(0, -2)
    sizes = torch.linalg.svdvals(rows - rows.mean(0))
    return int((sizes > 1e-6 * sizes[0]).sum())


def used(model, output, rng):
    """The names of the parameters that an output depends on."""
    output.backward(rng.normal(*output.shape))
    # A bias may have no effect: what every key has in common changes no softmax.
    found = {name: gradient for name, gradient in gradients(model).items() if gradient is not None}
    return {name for name, gradient in found.items() if gradient.ndim < 2 or gradient.any()}


@check(
    points=0.75,
    says="encode gives (B, L_s, D) and decode gives logits (B, L_t, V), in the model's dtype, up to max_length",
    asks="What are the sizes of your embeddings, of your table of positions, and of your output?",
)
def test_contract(student, rng):
    model = build(student, rng, max_length=LONGEST)
    for rows, length in ((2, 5), (1, 1), (3, LONGEST)):
        source, target = tokens(rng, rows, length), tokens(rng, rows, length)
        memory = model.encode(source)
        assert_tensor(memory, (rows, length, D), what="the memory", axes=("B", "L_s", "D"))
        logits = model.decode(target, memory, source)
        assert_tensor(logits, (rows, length, VT), what="the logits of decode", axes=("B", "L_t", "V"))
    inputs = {"the source": source, "the target": target, "the memory": memory}
    assert_untouched(inputs, lambda: model.decode(target, memory, source))
    expect(model.pad_id == 0, "the attribute pad_id to be 0 by default", f"{model.pad_id}")
    in_order = student(VS, VT, D, H, FF, 4, 40, 0.1, 3)
    expect(in_order.pad_id == 3, "the attribute pad_id to be the argument, 3", f"{in_order.pad_id}")
    model.double()
    assert_tensor(logits_of(model, source, target), (3, LONGEST, VT), torch.float64, "the logits of a float64 model")


@check(
    points=0.5,
    says="forward is decode of the encoded source; logits are not normalised, and rows are separate",
    asks="What does forward hand to encode and to decode, and what happens to the logits afterwards?",
)
def test_forward(student, rng):
    model = build(student, rng)
    source, target = tokens(rng, 3, 7), tokens(rng, 3, 7)
    what = "the result of forward, compared with decode of the encoded source,"
    for given, wanted in ((source, target), (padded(rng, (7, 4, 6), 7), target), (source[:1, :1], target[:1, :1])):
        assert_same(model(given, wanted), logits_of(model, given, wanted), what=what)
    expect(model(source, target).requires_grad, "the result of forward to have gradients", "a result that is detached")
    logits = logits_of(model, source, target)
    assert_different(logits[:, 1:], logits[:, :-1], what="the logits of neighbouring positions")
    expect(logits.logsumexp(-1).abs().max() > 0.05, "logits", "log-probabilities, or something like them")
    expect((logits.sum(-1) - 1).abs().max() > 0.05, "logits", "values that sum to 1, as probabilities do")
    for row in range(3):
        alone = logits_of(model, source[row : row + 1], target[row : row + 1])
        assert_same(alone, logits[row : row + 1], what=f"the logits of row {row} alone")
    model.double()
    assert_same(model(source, target), logits_of(model, source, target), what=f"{what} in float64,")
    # A layer ends with a norm: what is normalised has no mean, and so a dimension less. What is linear adds none, and
    # takes none where there are more tokens than that.
    source, target = tokens(rng, 4, 12), tokens(rng, 4, 12)
    for name, vectors in (("the memory", model.encode(source)), ("the logits", logits_of(model, source, target))):
        found = dimensions(vectors)
        wanted = f"{name} to be what the last norm has left, by no more than a linear map"
        expect(found == D - 1, wanted, f"vectors in {found} dimensions, where what is normalised lies in {D - 1}")
    apart = [build(student, rng) for _ in range(2)]
    reached = used(apart[0], apart[0](source, target), rng)
    missed = used(apart[1], logits_of(apart[1], source, target), rng) - reached
    expect(not missed, "forward to pass on all gradients", f"none for {', '.join(sorted(missed)[:3])}")


@check(
    points=1,
    says="no position of the target sees a later one, with padding or without; each sees itself and all before it",
    asks="Which mask does the self-attention of the decoder get, and which way round is it?",
)
def test_causal(student, rng):
    model = build(student, rng)
    source, target = tokens(rng, 2, 7), tokens(rng, 2, 7)
    filled = target.clone()
    filled[0, 2] = filled[1, 5:] = 0
    for given, places in ((target, (0, 3, 6)), (filled, (1, 3, 4))):
        logits, real = logits_of(model, source, given), given != 0
        for place in places:
            other = given.clone()
            other[:, place] = 1 + other[:, place] % (VT - 1)
            changed, past, rest = logits_of(model, source, other), real[:, :place], real[:, place:]
            what = f"the logits before a changed position {place}"
            assert_same(changed[:, :place][past], logits[:, :place][past], what=what)
            what = f"the logits from a changed position {place} on"
            assert_different(changed[:, place:][rest], logits[:, place:][rest], everywhere=True, what=what)
    logits = logits_of(model, source, target)
    for length in (1, 4):
        assert_same(
            logits_of(model, source, target[:, :length]), logits[:, :length], what=f"the first {length} logits alone"
        )
    # A position that sees what is before it, but not itself, leaves the first one with nothing to see.
    model, source = build(student, rng, max_length=LONGEST), tokens(rng, 16, 3)
    model.encode(source)
    first = model.decode(tokens(rng, 16, 1), rng.normal(16, 3, D), source)
    first.backward(rng.normal(16, 1, VT))
    matrices = [g for g in gradients(model).values() if g is not None and g.ndim > 1]
    matrices = [g for g in matrices if not {VS, VT, LONGEST, FF} & set(g.shape)]
    idle = sum(int((g.abs() < 1e-9).sum()) for g in matrices)
    expect(idle <= 3 * N * D * D, "the first position to see itself", "weights of the self-attention that are idle")


@check(
    points=1,
    says="padding of the source is seen by no token of the source: the encoder masks it",
    asks="Which mask does the encoder get, and what is it made of?",
)
def test_encoder_padding(student, rng):
    for pad_id in (0, 5):
        model = build(student, rng, pad_id=pad_id)
        source = padded(rng, (4, 6, 3), 6, pad_id)
        source[1, 2] = pad_id
        real = source != pad_id
        wider = torch.cat([source, torch.full((3, 4), pad_id)], dim=1)
        memory = model.encode(source)
        expect(memory.isfinite().all(), "a memory of finite numbers", "NaN or infinite entries")
        assert_same(model.encode(wider)[:, :6][real], memory[real], what="the memory with more padding")
        without_token(model, VS, pad_id, rng)
        assert_same(model.encode(source)[real], memory[real], what="the memory where padding differs")
        what = "the memory where the first or the last token of the source differs"
        for place in (0, 3):
            before = model.encode(source)
            without_token(model, VS, int(source[0, place]), rng)
            assert_different(model.encode(source)[0, :4], before[0, :4], everywhere=True, what=what)


@check(
    points=1,
    says="the cross-attention looks at the memory that it is given, and not at what is padding in it",
    asks="Which memory does the cross-attention read, and under which mask?",
)
def test_memory(student, rng):
    model = build(student, rng)
    source, target = padded(rng, (4, 6, 1), 6), tokens(rng, 3, 5)
    source[1, 2] = 0
    memory, real = rng.normal(3, 6, D), (source != 0)[..., None]
    longer = model.decode(tokens(rng, 3, 9), memory, source)
    assert_tensor(longer, (3, 9, VT), what="the logits where the target is longer than the source")
    logits = model.decode(target, memory, source)
    other = torch.where(real, memory, 3 * rng.normal(3, 6, D))
    assert_same(model.decode(target, other, source), logits, what="the logits where the memory of padding differs")
    for another in (torch.where(real, other + 1, other), rng.normal(3, 6, D)):
        moved = model.decode(target, another, source)
        assert_different(moved, logits, everywhere=True, what="the logits for another memory")
    for far in (40, -40):  # where whatever is done to the memory on its way would bound it
        one, another = (model.decode(target, far + rng.normal(3, 6, D), source) for _ in range(2))
        assert_different(one, another, what="the logits for another memory of large numbers")
    elsewhere = build(student, rng, pad_id=5)
    tail = padded(rng, (4, 6, 1), 6, pad_id=5)
    hidden = torch.where((tail != 5)[..., None], memory, 3 * rng.normal(3, 6, D))
    seen, wanted = (elsewhere.decode(target, one, tail) for one in (hidden, memory))
    assert_same(seen, wanted, what="the logits where the memory of padding differs, which is 5,")
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    shuffled = model.decode(target, memory[:, order], source[:, order])
    assert_same(shuffled, logits, what="the logits for a memory and a source in another order")
    leaf = memory.clone().requires_grad_()
    result = model.decode(target, leaf, source)
    result.backward(rng.normal(*result.shape))
    expect(leaf.grad is not None, "a gradient for the memory", "none")
    seen = leaf.grad.abs().amax(-1) > 1e-7
    wanted = "a gradient for the memory of all tokens, and of no padding"
    expect(torch.equal(seen, real[..., 0]), wanted, "gradients elsewhere")


@check(
    points=1,
    says="padding in the target is seen by no other position of it",
    asks="How does the decoder know which tokens of the target are padding?",
)
def test_target_padding(student, rng):
    for pad_id in (0, 4):
        model = build(student, rng, pad_id=pad_id)
        source, target = tokens(rng, 2, 7, pad_id=pad_id), tokens(rng, 2, 7, pad_id=pad_id)
        target[0, 2] = target[0, 3] = target[1, 0] = target[1, 5] = pad_id
        real = target != pad_id
        others = torch.arange(VT) != pad_id
        logits = logits_of(model, source, target)
        expect(logits[real].isfinite().all(), "finite logits", "NaN or infinite ones")
        without_token(model, VT, pad_id, rng)
        changed = logits_of(model, source, target)
        assert_same(changed[real][:, others], logits[real][:, others], what="the logits where padding differs")
        without_token(model, VT, int(target[0, 0]), rng)
        what = "the logits where a token of the target differs"
        assert_different(logits_of(model, source, target)[0, 4:], changed[0, 4:], everywhere=True, what=what)


@check(
    points=0.75,
    says="the order of the tokens matters, in the source and in the target, and only the order",
    asks="Where do source and target learn the order of their tokens?",
)
def test_positions(student, rng):
    model = build(student, rng)
    source, target = tokens(rng, 1, 6).expand(2, 6), tokens(rng, 1, 6).expand(2, 6)
    alike = {
        "vectors of equal source tokens at different places": model.encode(torch.full((1, 5), 7))[0],
        "logits of equal target tokens at different places": logits_of(model, source[:1], torch.full((1, 6), 7))[0],
    }
    for what, rows in alike.items():
        assert_different(rows[1:], rows[:1].expand_as(rows[1:]), everywhere=True, least=1e-3, what=what)
    order = torch.tensor([1, 0, 3, 5, 4, 2])
    shuffled, memory = model.encode(source[:1, order]), model.encode(source[:1])
    assert_different(shuffled, memory[:, order], least=1e-3, what="the vectors of the source in another order")
    logits = logits_of(model, source, target)
    assert_same(logits[1], logits[0], what="the logits of two equal rows")


@check(
    points=0.75,
    says="each side has num_layers layers with weights of their own, and every weight is used",
    asks="Which layers are made, how many, and what does each of them read?",
)
def test_layers(student, rng):
    sizes = [count(build(student, num_layers=layers, max_length=LONGEST)) for layers in (1, 2, 4)]
    grown = sizes[1] - sizes[0]
    wanted = 12 * D * D + 4 * D * FF  # the matrices of an encoder and a decoder layer; biases and norms come on top
    expect(sizes[2] - sizes[1] == 2 * grown, "every layer to add as many weights as another", f"{sizes} in all")
    expect(
        wanted <= grown <= 1.3 * wanted,
        "a layer more to add the weights of one encoder and one decoder layer",
        f"{grown} more weights, where the matrices alone have {wanted}",
    )
    wider = count(build(student, d_ff=2 * FF, max_length=LONGEST)) - sizes[1]
    least = 2 * N * 2 * D * FF
    promise = "a d_ff twice as large to widen every feed-forward network, and nothing else"
    expect(least <= wider <= 1.1 * least, promise, f"{wider} more weights, where the matrices have {least}")
    rest = sizes[0] - grown
    least = (VS + VT) * D  # positions, an output of its own and more norms may come on top
    expect(
        least <= rest <= least + grown / 2,
        "two embeddings and an output around the layers",
        f"{rest} weights besides the layers",
    )
    # The last token of each vocabulary among them; how many positions there are is asked elsewhere.
    source, target = VS - torch.arange(1, D + 1)[None], VT - torch.arange(1, D + 1)[None]
    model = build(student, rng, max_length=LONGEST)
    # A table of positions may be a parameter that is frozen.
    names = {name for name, weight in weights(model).items() if weight.learns and weight.first == name}
    idle = names - used(model, logits_of(model, source, target), rng)
    expect(
        not idle,
        "every parameter to have a part in the logits",
        f"no gradient for {', '.join(sorted(idle)[:3])}",
    )
    apart = [build(student, rng, max_length=LONGEST) for _ in range(2)]
    reading = used(apart[0], apart[0].encode(source), rng)
    apart[1].encode(source)
    writing = used(apart[1], apart[1].decode(target, rng.normal(1, D, D), source), rng)
    sizes = shapes(model)
    crossed = [name for name in reading if VT in sizes[name]] + [name for name in writing if VS in sizes[name]]
    expect(not crossed, "an embedding for each side, used by that side only", "one that the other side uses")
    both = [name for name in reading & writing if sizes[name] in ((D, D), (D, FF), (FF, D), (3 * D, D))]
    expect(not both, "encoder and decoder to have layers of their own", f"{len(both)} matrices that both use")


@check(
    points=0.25,
    says="the attention of both sides has num_heads heads",
    asks="Which number does each of your two stacks get for its heads?",
)
def test_heads(student, rng):
    one, each = (build(student, num_heads=heads) for heads in (1, D))
    if shapes(one) == shapes(each):  # whoever has a matrix for each head shows how many there are
        state = randomised(one, rng)
        for model in (one, each):
            load_weights(model, state, "the model")
    source, target, memory = tokens(rng, 2, 6), tokens(rng, 2, 6), rng.normal(2, 6, D)
    with_heads = f"with {D} heads, compared with one,"
    calls = {"the memory": lambda a: a.encode(source), "the logits": lambda a: a.decode(target, memory, source)}
    for what, call in calls.items():
        seen = call(one)
        assert_same(call(one), seen, what=f"{what} when asked for twice")
        assert_different(call(each), seen, what=f"{what} {with_heads}")


@check(
    points=0.25,
    says="a state_dict holds all there is: loaded into another model, it makes the same logits",
    asks="Which of your parts does PyTorch not see?",
)
def test_state(student, rng):
    source, target = padded(rng, (5, 3), 5), tokens(rng, 2, 5)
    first, second = build(student, rng), build(student)
    wanted = logits_of(first, source, target)
    what = "the logits of a model with other weights"
    assert_different(logits_of(second, source, target), wanted, everywhere=True, what=what)
    second.load_state_dict(first.state_dict())
    assert_same(logits_of(second, source, target), wanted, what="the logits of a model with the same weights")


@check(
    points=0.25,
    says="dropout acts in training mode, in encoder and decoder, and never in evaluation mode",
    asks="Which parts get the dropout, and how do they know about evaluation mode?",
)
def test_dropout(student, rng):
    source, target = tokens(rng, 2, 6), tokens(rng, 2, 6)
    plain, model = build(student, rng), build(student, dropout=0.5)
    model.load_state_dict(plain.state_dict())
    memory = plain.encode(source)
    calls = {
        "the memory": lambda a: a.encode(source),
        "the logits": lambda a: a.decode(target, memory, source),
    }
    for what, call in calls.items():
        expected = call(plain)
        # Both are the learner's: before one is what the other is held to, they are the same, within a bound.
        assert_same(call(model), expected, what=f"{what} in evaluation mode, with a dropout of 0.5,")
        assert_same_in_both_modes(plain, partial(call, plain), expected, what=f"{what} without dropout")
        assert_dropout_in_training_only(model, partial(call, model), expected, least=1e-3, what=what)
    model.train()
    twice = [model(source, target) for _ in range(2)]
    assert_different(*twice, least=1e-3, what="the logits of two calls of forward in training mode")


@check(
    points=0.25,
    says="sizes that cannot work are refused with a ValueError, by the constructor; others work, an odd d_model too",
    asks="Which of the arguments does each part get, and which sizes does it refuse?",
)
def test_errors(student, rng):
    for heads in (5, 8):
        assert_raises(ValueError, student, VS, VT, D, heads, FF, 2, D, what=f"d_model 12 with {heads} heads")
    for layers in (0, -1):
        assert_raises(ValueError, student, VS, VT, D, H, FF, layers, D, what=f"num_layers = {layers}")
    source, target = tokens(rng, 2, 5), tokens(rng, 2, 5)
    one = student(VS, VT, D, 1, FF, 5, D)
    assert_tensor(logits_of(one, source, target), (2, 5, VT), what="the logits of one head")
    odd = student(VS, VT, 9, 3, FF, 1, 9)
    assert_tensor(logits_of(odd, source, target), (2, 5, VT), what="the logits for d_model 9 with 3 heads")


@check(points=0.25, says="the model is put together from its parts, not taken ready-made", forbids=WHOLE)
def test_from_parts(student, rng):
    model, source, target = build(student), tokens(rng, 2, 5), tokens(rng, 2, 5)
    model(source, target)
    logits_of(model, source, target)
