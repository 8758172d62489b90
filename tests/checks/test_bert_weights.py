"""Hidden checks of lesson 06, exercise bert_weights."""

from collections import OrderedDict

import torch
from attnkit.models import bert, minilm
from nbjudge import (
    assert_close,
    assert_grad_mode_kept,
    assert_no_stub,
    assert_same,
    assert_same_state,
    assert_untouched,
    check,
    expect,
    load_weights,
    twin,
)

# Layers, features, width of the feed-forward network. Which way round a matrix is asked by the values alone: where
# all are square, a loader that turns them stops nowhere.
SQUARE = 2, 8, 8
HEADS = {4: 2, 6: 1, 8: 4, 12: 3, 384: 12}
PREFIXES = ["", "bert."]
STOPS = LookupError, AttributeError, RuntimeError  # by which a loader says that a name is not there
GIVEN = ["attnkit.parts.load_bert_weights"]


def checkpoint(rng, sizes=SQUARE, prefix=""):
    """A small BERT by Hugging Face's names, with its surroundings; in a random order, a head last."""
    number, d, f = sizes
    shapes = {
        "embeddings.word_embeddings.weight": (9, d),
        "embeddings.LayerNorm.weight": (d,),
        "embeddings.LayerNorm.bias": (d,),
        "pooler.dense.weight": (d, d),
        "pooler.dense.bias": (d,),
    }
    for layer in range(number):
        for name, shape in (
            ("attention.self.query", (d, d)),
            ("attention.self.key", (d, d)),
            ("attention.self.value", (d, d)),
            ("attention.output.dense", (d, d)),
            ("attention.output.LayerNorm", (d,)),
            ("intermediate.dense", (f, d)),
            ("output.dense", (d, f)),
            ("output.LayerNorm", (d,)),
        ):
            shapes[f"encoder.layer.{layer}.{name}.weight"] = shape
            shapes[f"encoder.layer.{layer}.{name}.bias"] = shape[:1]
    state = {prefix + name: rng.normal(*shape) for name, shape in shapes.items()}
    for name, value in state.items():
        if value.dim() == 2:
            value /= value.shape[1] ** 0.5
        elif name.endswith("LayerNorm.weight"):
            value.mul_(0.5).add_(1)
    if prefix:
        state["cls.predictions.transform.dense.weight"] = rng.normal(d, d)
        state["cls.predictions.transform.LayerNorm.weight"] = rng.normal(d)
    names = list(state)
    shuffled = [names[i] for i in rng.normal(len(names)).argsort().tolist()]
    return {name: state[name] for name in sorted(shuffled, key=lambda name: name.startswith("cls."))}


def loaded(load, make, state, sizes=SQUARE, eps=None):
    """An encoder of the given parts, beside `load`, after `load` has filled it; in evaluation mode."""
    encoder = twin(load, started(make, sizes))
    if eps is not None:
        set_eps(encoder, eps)
    load(encoder, state)
    return encoder


def started(make, sizes):
    """An encoder with the same start for everybody, unlike anything in a checkpoint."""
    number, d, f = sizes
    made = make("attnkit.parts.Encoder", number, d, HEADS[d], f, activation="gelu").eval()
    with torch.no_grad():
        for value in made.parameters():
            value.fill_(0.25)
    return made


def set_eps(encoder, eps):
    for layer in encoder.layers:
        layer.norm1.eps = layer.norm2.eps = eps


def contents(encoder):
    return dict(encoder.state_dict())


def readable(load, make, rng):
    """The prefixes that this loader reads, of the two. Whatever else it does is asked with those alone."""
    found = []
    for prefix in PREFIXES:
        encoder = twin(load, started(make, SQUARE))
        before = contents(encoder)
        try:
            load(encoder, checkpoint(rng, SQUARE, prefix))
        except STOPS:
            continue
        after = contents(encoder)
        if any(name not in after or not torch.equal(after[name], value) for name, value in before.items()):
            found.append(prefix)
    return found or PREFIXES


def assert_loads(load, make, state):
    """What the encoder holds afterwards comes from the checkpoint: with other numbers there, it is something else."""

    def call(*values):
        seen = contents(loaded(load, make, dict(zip(state, values, strict=True))))
        return torch.cat([value.flatten() for value in seen.values()])

    assert_no_stub(call, *state.values(), what="what the encoder holds after loading")


@check(
    points=1.25,
    says="every weight and bias of a layer arrives where it belongs, square matrices too",
    asks="Which of the checkpoint's names stands for which part, and how does it store a matrix?",
)
def test_weights(student, reference, make, rng):
    for d, f in ((12, 20), (8, 8), (6, 10)):
        state = checkpoint(rng, (1, d, f), readable(student, make, rng)[0])
        seen, wanted = (contents(loaded(load, make, state, (1, d, f))) for load in (student, reference))
        expect(set(seen) == set(wanted), "the encoder to keep its parameters", "other names in its state_dict")
        assert_same_state(seen, wanted, "as in the checkpoint")


@check(
    points=1,
    says="each layer gets its own numbers, and layer 1 is not taken for layer 10",
    asks="How does your loader find the number of a layer, in its name and in the encoder?",
)
def test_layers(student, make, rng):
    prefix = readable(student, make, rng)[0]
    assert_loads(student, make, checkpoint(rng, prefix=prefix))
    for number in (2, 12):
        state = checkpoint(rng, (number, 4, 4), prefix)
        whole = contents(loaded(student, make, state, (number, 4, 4)))
        for layer in range(number):
            wanted = f"encoder.layer.{layer}."
            alone = {
                name.replace(wanted, "encoder.layer.0."): value
                for name, value in state.items()
                if wanted in name or "encoder.layer." not in name
            }
            single = {
                name.replace("layers.0.", f"layers.{layer}."): value
                for name, value in contents(loaded(student, make, alone, (1, 4, 4))).items()
            }
            assert_same_state(whole, single, f"in layer {layer} of {number} as in an encoder of that layer alone")


@check(
    points=0.75,
    says="names with a leading bert. are read as well, and whatever surrounds the encoder is passed over",
    asks="What does your loader make of a name that begins with bert., or belongs to no layer?",
)
def test_prefix(student, make, rng):
    state = checkpoint(rng, prefix="bert.")
    plain = {name.removeprefix("bert."): value for name, value in state.items() if name.startswith("bert.")}
    assert_loads(student, make, plain)
    wanted = contents(loaded(student, make, plain))
    assert_same_state(contents(loaded(student, make, state)), wanted, "with the prefix as without")
    # In any order: a head, whose names have no prefix, may come first as well.
    in_reverse = dict(reversed(state.items()))
    assert_same_state(contents(loaded(student, make, in_reverse)), wanted, "in another order of the names")


def checkpoint_there(load, make, state):
    """The checkpoint, beside `load`, as an object of its own: to be looked at afterwards."""
    return twin(load, make(OrderedDict, state))


def differs(value, before):
    return not torch.equal(value.nan_to_num(), before.nan_to_num())


def assert_share_nothing(load, make, made, state):
    """After loading, other numbers in the encoder leave those of the checkpoint alone."""
    encoder, there = twin(load, made), checkpoint_there(load, make, state)
    load(encoder, there)
    before = dict(there.items())
    encoder.load_state_dict({name: torch.full_like(value, 7.0) for name, value in encoder.state_dict().items()})
    # A loader that wrote NaN there is the affair of another check; here only what changes later counts.
    moved = any(differs(value, before[name]) for name, value in there.items())
    seen = "encoder and checkpoint changed together: they share memory"
    expect(not moved, "a change of the one to leave the other alone", seen)


@check(
    points=0.75,
    says="the numbers are copied: encoder and checkpoint share no memory",
    asks="Does your loader copy numbers, or hand over the tensor that holds them?",
)
def test_copies(student, make, rng):
    for prefix in readable(student, make, rng):
        state = checkpoint(rng, prefix=prefix)
        assert_loads(student, make, state)
        assert_share_nothing(student, make, started(make, SQUARE), state)


@check(
    points=0.5,
    says="the checkpoint is left as it was: the same names and the same numbers",
    asks="Which lines write to state, or to a tensor in it?",
)
def test_untouched(student, make, rng):
    for prefix in readable(student, make, rng):
        made, state = started(make, SQUARE), checkpoint(rng, prefix=prefix)
        assert_loads(student, make, state)
        assert_untouched(state, lambda made=made, state=state: student(made, state))
        there = checkpoint_there(student, make, state)
        student(made, there)
        seen = "names that were taken away, added or moved"
        expect(there.keys() == list(state), "state to hold the same names in the same order", seen)


@check(
    points=0.5,
    says="only weights and biases are copied: the norms keep their eps, and the encoder its mode",
    asks="What else of the encoder does your loader set, or make anew?",
)
def test_settings(student, make, rng):
    state, x = checkpoint(rng, prefix=readable(student, make, rng)[0]), rng.normal(2, 5, SQUARE[1])
    assert_loads(student, make, state)
    for eps in (1e-12, 0.1):
        filled, plain = loaded(student, make, state, eps=eps), twin(student, started(make, SQUARE))
        set_eps(plain, eps)
        load_weights(plain, contents(filled))
        what = (
            f"the output of an encoder whose norms have eps = {eps:g}, compared with one that got its weights by hand,"
        )
        assert_same(filled(x), plain(x), atol=1e-4, what=what)
    for training in (True, False):
        encoder = twin(student, started(make, SQUARE))
        encoder.train(training)
        student(encoder, state)
        mode = bool(encoder.training)
        expect(mode == training, f"encoder.training to stay {training}", f"{mode}")


@check(
    points=0.5,
    says="the encoder can be trained further: every weight learns, and gradients are recorded as before",
    asks="What that your loader switches off stays off when it returns?",
)
def test_training(student, make, rng):
    state = checkpoint(rng, prefix=readable(student, make, rng)[0])
    assert_loads(student, make, state)
    encoder = loaded(student, make, state)
    named = [name for name, value in encoder.named_parameters() if value.requires_grad]
    whole = 16 * SQUARE[0]
    expect(len(named) == whole, "every weight to be a parameter that can be trained", f"{len(named)} of {whole}")
    assert_grad_mode_kept(lambda: student(encoder, state), "loading")


def minilm_at_work(rng):
    """A checkpoint, inputs and what of them is no padding: of all-MiniLM-L6-v2, on real sentences.

    Where its package is not installed, random weights and inputs of the same sizes stand in, so that what is
    missing on the machine that grades costs nobody a point.
    """
    if not minilm.installed():
        return bert.random_checkpoint(6, 384, 1536), rng.normal(4, 11, 384), rng.mask(4, 11)
    ids, real = minilm.tokenize(minilm.SENTENCES[:4])
    # Everything but the large table of words, which no encoder needs.
    state = {name: value for name, value in minilm.checkpoint().items() if "word_embeddings" not in name}
    return state, minilm.embed(ids), real


@check(
    points=0.5,
    says="a model as large as all-MiniLM-L6-v2 (the real one where installed) yields its vectors to 1e-4",
)
def test_minilm(student, reference, make, rng):
    state, x, real = minilm_at_work(rng)
    vectors = []
    for load in (student, reference):
        encoder = loaded(load, make, state, (6, 384, 1536), eps=minilm.EPS)
        with torch.no_grad():
            vectors.append(minilm.pool(encoder(x, real[:, None, :]), real))
    assert_close(vectors[0], vectors[1], atol=1e-4, what="the sentence vectors")


@check(points=0.25, says="the loading is done here, not by the given loader", forbids=GIVEN)
def test_own(student, make, rng):
    student(started(make, SQUARE), checkpoint(rng))
