"""Hidden checks of lesson 09, exercise gpt2_weights."""

from collections import OrderedDict

import torch
from nbjudge import assert_close, assert_grad_mode_kept, assert_untouched, check, expect, twin

# Layers, features, heads, width of the feed-forward network (4 times D in the published models, not here).
N, D, H, F = 3, 12, 3, 20
GIVEN = ["attnkit.parts.load_gpt2_weights"]


def checkpoint(rng, sizes=(N, D, F), prefix="", buffers=False):
    """A small GPT-2 by Hugging Face's names, with its surroundings; in a random order, a head last."""
    number, d, f = sizes
    shapes = {"wte.weight": (9, d), "wpe.weight": (7, d), "ln_f.weight": (d,), "ln_f.bias": (d,)}
    for layer in range(number):
        for name, shape in (
            ("ln_1", (d,)),
            ("attn.c_attn", (d, 3 * d)),
            ("attn.c_proj", (d, d)),
            ("ln_2", (d,)),
            ("mlp.c_fc", (d, f)),
            ("mlp.c_proj", (f, d)),
        ):
            shapes[f"h.{layer}.{name}.weight"] = shape
            shapes[f"h.{layer}.{name}.bias"] = shape[-1:]
    state = {prefix + name: rng.normal(*shape) for name, shape in shapes.items()}
    for name, value in state.items():
        if value.dim() == 2:
            value /= value.shape[0] ** 0.5
        elif ".ln_" in "." + name and name.endswith("weight"):
            value.mul_(0.5).add_(1)
    if prefix:
        state["lm_head.weight"] = state[prefix + "wte.weight"].clone()
    if buffers:  # older checkpoints hold the causal mask, too
        for layer in range(number):
            state[f"{prefix}h.{layer}.attn.bias"] = torch.ones(1, 1, 7, 7).tril()
            state[f"{prefix}h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    names = list(state)
    shuffled = [names[i] for i in rng.normal(len(names)).argsort().tolist()]
    return {name: state[name] for name in sorted(shuffled, key=lambda name: name.startswith("lm_head."))}


SETTINGS = {"activation": "gelu_tanh", "norm_first": True, "cross_attention": False}


def loaded(load, make, state, sizes=(N, D, H, F), eps=None):
    """A decoder of the given parts, beside `load`, after `load` has filled it; in evaluation mode."""
    made = make("attnkit.parts.Decoder", *sizes, **SETTINGS).eval()
    # The same start for everybody, unlike anything in a checkpoint.
    with torch.no_grad():
        for value in made.parameters():
            value.fill_(0.25)
    decoder = twin(load, made)
    if eps is not None:
        decoder.final_norm.eps = eps
        for layer in decoder.layers:
            layer.norm1.eps = layer.norm2.eps = eps
    load(decoder, state)
    return decoder


def compare(student, reference, make, state, sizes=(N, D, H, F)):
    """Every parameter is what the reference makes of the checkpoint, to the last bit."""
    seen, wanted = (dict(loaded(load, make, state, sizes).state_dict()) for load in (student, reference))
    expect(set(seen) == set(wanted), "the decoder to keep its parameters", "other names in its state_dict")
    for name, value in wanted.items():
        assert_close(seen[name], value, atol=0, what=f"{name} after loading")


@check(points=1, says="every weight and bias of every layer, and of the final norm, arrives where it belongs")
def test_small(student, reference, make, rng):
    compare(student, reference, make, checkpoint(rng))


@check(points=1, says="the loaded decoder's logits are those of the checkpoint's model, to 1e-4")
def test_logits(student, reference, make, rng):
    for sizes in ((N, D, H, F), (2, 8, 4, 32)):
        state = checkpoint(rng, (sizes[0], sizes[1], sizes[3]))
        ids = rng.integers(0, 9, 2, 7)
        x = state["wte.weight"][ids] + state["wpe.weight"]
        causal = torch.ones(7, 7, dtype=torch.bool).tril()
        hidden = [loaded(load, make, state, sizes)(x, self_mask=causal) for load in (student, reference)]
        seen, wanted = (h @ state["wte.weight"].T for h in hidden)
        assert_close(seen, wanted, atol=1e-4, what="the logits of the loaded decoder")


@check(
    points=0.5,
    says="names with a leading transformer. are read as well, and what surrounds the layers is passed over",
)
def test_prefix(student, reference, make, rng):
    state = checkpoint(rng, prefix="transformer.")
    compare(student, reference, make, state)
    # In any order: a head, whose names have no prefix, may come first as well.
    compare(student, reference, make, dict(reversed(state.items())))


@check(points=0.5, says="the causal masks that older checkpoints store are passed over, too")
def test_buffers(student, reference, make, rng):
    for prefix in ("", "transformer."):
        compare(student, reference, make, checkpoint(rng, prefix=prefix, buffers=True))


@check(points=0.5, says="a single layer and a dozen load as well, and layer 1 is not taken for layer 10")
def test_sizes(student, reference, make, rng):
    for number, d, h, f in ((12, 4, 2, 6), (1, 6, 1, 10)):
        compare(student, reference, make, checkpoint(rng, (number, d, f)), (number, d, h, f))


@check(points=0.5, says="square matrices are turned round like all others: where D = F no shape would tell")
def test_square(student, reference, make, rng):
    compare(student, reference, make, checkpoint(rng, (2, 8, 8)), (2, 8, 4, 8))


def checkpoint_there(load, make, state):
    """The checkpoint, beside `load`, as an object of its own: to be looked at afterwards."""
    return twin(load, make(OrderedDict, state))


def differs(value, before):
    return not torch.equal(value.nan_to_num(), before.nan_to_num())


def assert_share_nothing(load, make, made, state):
    """After loading, other numbers in the decoder leave those of the checkpoint alone."""
    decoder, there = twin(load, made), checkpoint_there(load, make, state)
    load(decoder, there)
    before = dict(there.items())
    decoder.load_state_dict({name: torch.full_like(value, 7.0) for name, value in decoder.state_dict().items()})
    # A loader that wrote NaN there is the affair of another check; here only what changes later counts.
    moved = any(differs(value, before[name]) for name, value in there.items())
    seen = "decoder and checkpoint changed together: they share memory"
    expect(not moved, "a change of the one to leave the other alone", seen)


@check(points=0.75, says="the numbers are copied: decoder and checkpoint share no memory")
def test_copies(student, make, rng):
    for prefix in ("", "transformer."):
        made = make("attnkit.parts.Decoder", N, D, H, F, **SETTINGS)
        state = checkpoint(rng, prefix=prefix)
        assert_share_nothing(student, make, made, state)


@check(points=0.5, says="the checkpoint is left as it was: the same names and the same numbers")
def test_untouched(student, make, rng):
    for prefix in ("", "transformer."):
        made = make("attnkit.parts.Decoder", N, D, H, F, **SETTINGS)
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
        assert_close(seen, wanted, atol=1e-4, what=f"the output of a decoder whose norms have eps = {eps:g}")
    named = [name for name, value in loaded(student, make, state).named_parameters() if value.requires_grad]
    whole = 16 * N + 2
    expect(len(named) == whole, "every weight to be a parameter that can be trained", f"{len(named)} of {whole}")
    for training in (True, False):
        decoder = twin(student, make("attnkit.parts.Decoder", N, D, H, F, **SETTINGS))
        decoder.train(training)
        student(decoder, state)
        mode = bool(decoder.training)
        expect(mode == training, f"decoder.training to stay {training}", f"{mode}")
    assert_grad_mode_kept(lambda: student(decoder, state), "loading")


@check(points=0.25, says="the loading is done here, not by the given loader", forbids=GIVEN)
def test_own(student, make, rng):
    student(make("attnkit.parts.Decoder", N, D, H, F, **SETTINGS), checkpoint(rng))
