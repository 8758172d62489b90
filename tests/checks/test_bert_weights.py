"""Hidden checks of lesson 06, exercise bert_weights."""

from collections import OrderedDict

import torch
from attnkit.models import bert, minilm
from nbjudge import assert_close, assert_grad_mode_kept, assert_untouched, check, expect, twin

# Layers, features, heads, width of the feed-forward network. D / H and F / D are awkward on purpose.
N, D, H, F = 3, 12, 3, 20
GIVEN = ["attnkit.parts.load_bert_weights"]


def checkpoint(rng, sizes=(N, D, F), prefix="", dtype=torch.float32):
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
    state = {prefix + name: rng.normal(*shape, dtype=dtype) for name, shape in shapes.items()}
    for name, value in state.items():
        if value.dim() == 2:
            value /= value.shape[1] ** 0.5
        elif name.endswith("LayerNorm.weight"):
            value.mul_(0.5).add_(1)
    if prefix:
        state["cls.predictions.transform.dense.weight"] = rng.normal(d, d, dtype=dtype)
        state["cls.predictions.transform.LayerNorm.weight"] = rng.normal(d, dtype=dtype)
    names = list(state)
    shuffled = [names[i] for i in rng.normal(len(names)).argsort().tolist()]
    return {name: state[name] for name in sorted(shuffled, key=lambda name: name.startswith("cls."))}


def loaded(load, make, state, sizes=(N, D, H, F), eps=None):
    """An encoder of the given parts, beside `load`, after `load` has filled it; in evaluation mode."""
    made = make("attnkit.parts.Encoder", *sizes, activation="gelu").eval()
    # The same start for everybody, unlike anything in a checkpoint.
    with torch.no_grad():
        for value in made.parameters():
            value.fill_(0.25)
    encoder = twin(load, made)
    if eps is not None:
        for layer in encoder.layers:
            layer.norm1.eps = layer.norm2.eps = eps
    load(encoder, state)
    return encoder


def compare(student, reference, make, state, sizes=(N, D, H, F), kinds=("weight", "bias")):
    """Every parameter is what the reference makes of the checkpoint, to the last bit."""
    seen, wanted = (dict(loaded(load, make, state, sizes).state_dict()) for load in (student, reference))
    expect(set(seen) == set(wanted), "the encoder to keep its parameters", "other names in its state_dict")
    for name, value in wanted.items():
        if name.endswith(kinds):
            assert_close(seen[name], value, atol=0, what=f"{name} after loading")


@check(points=1, says="every weight and bias of every layer arrives where it belongs")
def test_small(student, reference, make, rng):
    compare(student, reference, make, checkpoint(rng))


@check(points=0.75, says="the loaded encoder computes what the checkpoint's model computes")
def test_outputs(student, reference, make, rng):
    state, x, mask = checkpoint(rng), rng.normal(2, 5, D), rng.mask(2, 1, 5)
    wanted = loaded(reference, make, state)(x, mask)
    assert_close(loaded(student, make, state)(x, mask), wanted, atol=1e-4, what="the output of the loaded encoder")


@check(
    points=0.75,
    says="names with a leading bert. are read as well, and whatever surrounds the encoder is passed over",
)
def test_prefix(student, reference, make, rng):
    state = checkpoint(rng, prefix="bert.")
    compare(student, reference, make, state)
    # In any order: a head, whose names have no prefix, may come first as well.
    compare(student, reference, make, dict(reversed(state.items())))


@check(points=0.5, says="a single layer and a dozen load as well, and layer 1 is not taken for layer 10")
def test_sizes(student, reference, make, rng):
    for number, d, h, f in ((12, 4, 2, 6), (1, 6, 1, 10)):
        compare(student, reference, make, checkpoint(rng, (number, d, f)), (number, d, h, f))


@check(points=0.25, says="where D = F, and every matrix is square, none is turned round or taken for another")
def test_square(student, reference, make, rng):
    compare(student, reference, make, checkpoint(rng, (2, 8, 8)), (2, 8, 4, 8))


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
    says="the numbers are copied: encoder and checkpoint share no memory, and both prefixes are the same",
)
def test_copies(student, make, rng):
    for prefix in ("", "bert."):
        made = make("attnkit.parts.Encoder", N, D, H, F)
        state = checkpoint(rng, prefix=prefix)
        assert_share_nothing(student, make, made, state)


@check(points=0.5, says="the checkpoint is left as it was: the same names and the same numbers")
def test_untouched(student, make, rng):
    for prefix in ("", "bert."):
        made = make("attnkit.parts.Encoder", N, D, H, F)
        state = checkpoint(rng, prefix=prefix)
        assert_untouched(state, lambda made=made, state=state: student(made, state))
        there = checkpoint_there(student, make, state)
        student(made, there)
        seen = "names that were taken away, added or moved"
        expect(there.keys() == list(state), "state to hold the same names in the same order", seen)


@check(points=0.5, says="only weights and biases are copied: the norms keep their eps, and training still works")
def test_settings(student, reference, make, rng):
    state, x = checkpoint(rng), rng.normal(2, 5, D)
    for eps in (1e-12, 0.1):
        wanted = loaded(reference, make, state, eps=eps)(x)
        seen = loaded(student, make, state, eps=eps)(x)
        assert_close(seen, wanted, atol=1e-4, what=f"the output of an encoder whose norms have eps = {eps:g}")
    named = [name for name, value in loaded(student, make, state).named_parameters() if value.requires_grad]
    expect(
        len(named) == 16 * N,
        "every weight to be a parameter that can be trained",
        f"{len(named)} of {16 * N}",
    )
    for training in (True, False):
        encoder = twin(student, make("attnkit.parts.Encoder", N, D, H, F))
        encoder.train(training)
        student(encoder, state)
        mode = bool(encoder.training)
        expect(mode == training, f"encoder.training to stay {training}", f"{mode}")
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
    points=0.75,
    says="a model as large as all-MiniLM-L6-v2 (the real one where installed) yields its vectors to 1e-4",
)
def test_minilm(student, reference, make, rng):
    state, x, real = minilm_at_work(rng)
    vectors = []
    for load in (student, reference):
        encoder = loaded(load, make, state, (6, 384, 12, 1536), eps=minilm.EPS)
        with torch.no_grad():
            vectors.append(minilm.pool(encoder(x, real[:, None, :]), real))
    assert_close(vectors[0], vectors[1], atol=1e-4, what="the sentence vectors")


@check(points=0.25, says="the loading is done here, not by the given loader", forbids=GIVEN)
def test_own(student, make, rng):
    student(make("attnkit.parts.Encoder", N, D, H, F), checkpoint(rng))
