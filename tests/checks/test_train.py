"""Hidden checks of lesson 11, exercise train: what the trained weights make of dates that no training saw.

Nothing is trained here. The judge puts the weights that were handed in together to a Transformer of its own, and reads
dates with it: what they can do, nobody else is asked. That the learner's `Transformer` and `greedy_decode` write what
the judge's does, with the weights as they are and with all characters renumbered, and nothing with other weights, is a
check of its own.

The names of the parts are the learner's choice, so each weight finds its place by its shape and by the names within
the layers, which are those of `attnkit.parts` or of PyTorch's own. Weights of which the judge can put nothing together
are read by the learner's process alone. There, code could read in their place: they get the checks of 50 and 80 at most.
"""

import itertools
import re

import torch
from attnkit import parts
from attnkit.data import dates
from nbjudge import check, expect
from torch import nn

FILE, MOST_BYTES = "dates.safetensors", 16 << 20
MANY, FEW = 300, 60
MOST_UNREAD = 80  # of 100 dates: what is believed of the learner's process alone
LEAST = {"d_model", "num_heads", "d_ff", "num_layers"}
# What PyTorch's own layers, which compute the same, call what the given parts hold.
OF_TORCH = {
    "self_attn": "self_attention",
    "multihead_attn": "cross_attention",
    "linear1": "feed_forward.linear_in",
    "linear2": "feed_forward.linear_out",
}
LAYER = re.compile(r"(.*?)(\d+)\.self_attention\.query_proj\.weight")
SOURCES, TARGETS = len(dates.source_vocabulary()), len(dates.target_vocabulary())


class Stack(nn.Module):
    """The layers of an encoder or of a decoder, whose names begin with `prefix`, and their final norm, if any."""

    def __init__(self, weights, prefix, kind, norm, sizes):
        super().__init__()
        numbers = sorted(int(found[2]) for found in map(LAYER.fullmatch, weights) if found and found[1] == prefix)
        self.layers = nn.ModuleList()
        for number in numbers:
            start = f"{prefix}{number}."
            state = {name.removeprefix(start): value for name, value in weights.items() if name.startswith(start)}
            with torch.device("meta"):  # no memory of its own, whatever the sizes are said to be
                layer = kind(sizes["d_model"], sizes["num_heads"], len(state["feed_forward.linear_in.bias"]))
            layer.load_state_dict(state, assign=True)
            self.layers.append(layer)
        self.norm = nn.Identity()
        if norm is not None:
            self.norm = nn.LayerNorm(sizes["d_model"], device="meta")
            self.norm.load_state_dict({name: weights[norm + name] for name in ("weight", "bias")}, assign=True)

    def forward(self, x, *given):
        for layer in self.layers:
            x = layer(x, *given)
        return self.norm(x)


class Reader(nn.Module):
    """The judge's Transformer. `arranged` says what the weights alone do not tell."""

    pad_id = 0

    def __init__(self, encoder, decoder, source, targets, places, bias):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.source, self.targets, self.places, self.bias = source, targets, places, bias

    def ways(self):
        """In how many ways the weights can be meant: usual ones first."""
        first = not isinstance(self.encoder.norm, nn.Identity)
        orders = [1, -1] if len(self.targets) > 1 else [1]
        turns = [1, -1] if len(self.places) > 1 else [1]
        scales = [self.source.shape[1] ** 0.5, 1.0]
        return itertools.product([first, not first], ["relu", "gelu"], scales, orders, turns)

    def arranged(self, norm_first, activation, scale, order, turn):
        """Take one of the ways. Returns itself."""
        self.scale, self.target, self.head = scale, self.targets[::order][0], self.targets[::order][-1]
        self.from_source, self.from_target = self.places[::turn][0], self.places[::turn][-1]
        for layer in (*self.encoder.layers, *self.decoder.layers):
            layer.norm_first = norm_first
            layer.feed_forward.activation = activation
        return self

    def encode(self, source):
        x = self.scale * self.source[source] + self.from_source[: source.shape[1]]
        return self.encoder(x, parts.padding_mask(source))

    def decode(self, target, memory, source):
        x = self.scale * self.target[target] + self.from_target[: target.shape[1]]
        return self.decoder(x, memory, parts.decoder_mask(target), parts.padding_mask(source)) @ self.head.T + self.bias

    def forward(self, source, target):
        return self.decode(target, self.encode(source), source)


def shared(name, other):
    """How many parts two dotted names have in common at their beginnings."""
    pairs = zip(name.split("."), other.split("."), strict=False)
    return len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))


def as_parts(weights):
    """The weights in single precision, with the names of the given parts where PyTorch's own stand there."""
    found = {}
    for name, value in weights.items():
        *above, last = (OF_TORCH.get(part, part) for part in name.split("."))
        if last.startswith("in_proj_") and value.ndim and len(value) % 3 == 0:
            thirds = zip(("query", "key", "value"), value.chunk(3), strict=True)
            found.update((".".join([*above, f"{side}_proj", last[8:]]), third.float()) for side, third in thirds)
        elif value.is_floating_point():
            found[".".join([*above, last])] = value.float()
    return found


def put_together(weights, sizes):
    """The judge's Transformer of these weights; None where they are not those of the given parts, or of PyTorch's."""
    d_model, weights = sizes["d_model"], as_parts(weights)
    found = [match for match in map(LAYER.fullmatch, weights) if match]
    across = {match[1] for match in found if f"{match[1]}{match[2]}.cross_attention.query_proj.weight" in weights}
    plain = {match[1] for match in found} - across
    rest = {name: value for name, value in weights.items() if not name.startswith((*across, *plain))}
    norms = [name.removesuffix("weight") for name in rest if name.endswith("weight") and rest[name].shape == (d_model,)]
    if len(across) != 1 or len(plain) != 1 or len(norms) not in (0, 2):
        return None
    (encoder,), (decoder,) = plain, across
    norms.sort(key=lambda name: shared(name, decoder))  # that of the decoder comes last
    rest = {name: value for name, value in rest.items() if not name.startswith(tuple(norms))}
    shapes = {name: tuple(value.shape) for name, value in rest.items()}
    sources = [rest.pop(name) for name, shape in shapes.items() if shape == (SOURCES, d_model)]
    targets = [rest.pop(name) for name, shape in shapes.items() if shape == (TARGETS, d_model)]
    biases = [rest.pop(name) for name, shape in shapes.items() if shape == (TARGETS,)]
    tables = [name for name in rest if rest[name].ndim > 1 and shapes[name][-2:] == (dates.MAX_LENGTH, d_model)]
    places = [table for name in tables for table in rest.pop(name).reshape(-1, dates.MAX_LENGTH, d_model)]
    if rest or len(sources) != 1 or len(targets) not in (1, 2) or len(biases) > 1 or len(places) > 2:
        return None
    first, last = norms or (None, None)
    try:
        stacks = [
            Stack(weights, encoder, parts.EncoderLayer, first, sizes),
            Stack(weights, decoder, parts.DecoderLayer, last, sizes),
        ]
    except (RuntimeError, LookupError, ValueError, TypeError, ArithmeticError):
        return None
    places = places or [parts.PositionalEncoding(d_model, dates.MAX_LENGTH).table]
    return Reader(*stacks, *sources, targets, places, sum(biases)).eval()


def at_its_best(reader, source, target):
    """The reader, its weights meant as they give the most right characters of a few dates."""

    def right(way):
        return int((reader.arranged(*way)(source, target[:, :-1]).argmax(dim=-1) == target[:, 1:]).sum())

    with torch.no_grad():
        return reader.arranged(*max(reader.ways(), key=right))


def handed_in(artifacts):
    """The weights that were handed in."""
    weights = artifacts.tensors(FILE, max_bytes=MOST_BYTES)
    expect(all(t.isfinite().all() for t in weights.values()), f"finite weights in {FILE}", "NaN or infinity")
    return weights


def sizes_of(student):
    """The sizes that the notebook says."""
    sizes = student[2]
    fits = isinstance(sizes, dict) and set(sizes) >= LEAST and "max_length" not in sizes
    expect(fits, "SIZES to name d_model, num_heads, d_ff and num_layers", f"{sizes!r}"[:200])
    taken = SOURCES, TARGETS
    expect(sizes["d_model"] not in taken, "another d_model than the size of a vocabulary", "the same")
    return sizes


def trained(student, weights):
    """The learner's model with these weights."""
    model = student[0](SOURCES, TARGETS, **sizes_of(student), max_length=dates.MAX_LENGTH)
    model.eval()
    state = model.state_dict()
    fits = {name: tuple(tensor.shape) for name, tensor in state.items()}
    given = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    wrong = [name for name in sorted(fits.keys() | given.keys()) if fits.get(name) != given.get(name)]
    expect(not wrong, f"weights in {FILE} that fit your Transformer with your SIZES", _unlike(wrong, given, fits))
    model.load_state_dict(weights)
    return model


def _unlike(wrong, given, fits):
    """What the shapes `wrong` say, by name, which are not alike in the weights (`given`) and in the model (`fits`).

    The words are the same for all who changed the same: what is their own stands in backticks, or is a number.
    """
    first = "".join(wrong[:1])
    unlike = (
        f"weights of which {len(wrong)} do not: `{first} is {given.get(first, 'missing')}` there, "
        f"`{fits.get(first, 'missing')}` in"
    )
    there, here = ({re.sub(r"\d+", "#", name) for name in shapes} for shapes in (given, fits))
    if there == here:  # but for the numbers of layers, the names are the same
        both = given.keys() & fits.keys()
        unlike_in_both = [name for name in wrong if name in both]
        changed = "d_model" if 2 * len(unlike_in_both) > len(both) else "d_ff or num_layers"
        return f"{unlike} your model. Was {changed} changed in SIZES after training?"
    renamed = sorted(given.values()) == sorted(fits.values())
    return f"{unlike} your model. Was {'an attribute renamed' if renamed else 'something changed'} after training?"


def texts(rng, count):
    """Source and target of dates on days that were never trained on, drawn for whoever is judged.

    Their days and ways of writing are those of the task: other years, or other ways, no training has prepared for.
    """
    examples = dates.examples("reserved", count, int(rng.integers(0, 2**31, 1)))
    source = dates.source_vocabulary().encode([example.written for example in examples])
    return source, dates.target_vocabulary().encode([example.iso for example in examples])


def written(decode, model, source, target):
    """What a decoding writes for every date, in as many columns as there are in target."""
    seen = decode(model, source, int(target[0, 0]), int(target[0, -1]), target.shape[1])
    fits = isinstance(seen, torch.Tensor) and seen.ndim == 2 and len(seen) == len(source)
    expect(fits, "greedy_decode to give a row for every date", "something else")
    missing = target.shape[1] - seen.shape[1]
    return nn.functional.pad(seen[:, : target.shape[1]], (0, max(missing, 0)), value=-1)


def share(right):
    """Of 100 rows, how many are right in every column."""
    return 100 * float(right.all(dim=1).double().mean())


def learned(reader, weights, sizes, source, target):
    """What weights that read too little have learned instead, if anything, as far as their reader tells.

    An untrained model has norms of which each entry is alike. Who learns a few examples by heart is sure of the
    characters of others, too, and wrong; who has not finished learning doubts as many as are wrong.
    """
    norms = [value for name, value in weights.items() if "norm" in name and value.ndim == 1]
    if norms and all(bool((norm == norm[0]).all()) for norm in norms):
        return ": the norms are those of a model before any training"
    shown, asked = target[:, :-1], target[:, 1:]
    with torch.no_grad():
        chances, expected = reader(source, shown).softmax(dim=-1).max(dim=-1)
    if isinstance(reader, Reader):
        heads = _other_heads(weights, sizes, source, target, share(expected == asked))
        if heads:
            return f": with num_heads {heads} they read; was that changed in SIZES after training"
    meant = (reader.arranged(*way) for way in reader.ways()) if isinstance(reader, Reader) else [reader]
    if any(share((next_tokens(one, source, target) == shown)[:, 1:]) > 50 for one in meant):
        return ": they expect the token that is shown; is the target shifted by one in your training_loss"
    doubted, wrong = 100 * float(1 - chances.mean()), 100 * float((expected != asked).double().mean())
    if wrong <= 5 or doubted >= 0.6 * wrong:
        return ""
    what = "have they seen too few examples" if wrong < 50 else "have they learned to write something else"
    return f": of 100 characters they doubt {doubted:.0f}, and {wrong:.0f} are wrong; {what}"


def _other_heads(weights, sizes, source, target, plain):
    """With which other number of heads the weights read more than `plain` of 100 dates; 0 for none."""
    for heads in (1, 2, 4, 8, 16):
        if heads != sizes["num_heads"] and sizes["d_model"] % heads == 0:
            other = at_its_best(put_together(weights, {**sizes, "num_heads": heads}), source, target)
            if share(next_tokens(other, source, target) == target[:, 1:]) > plain + 3:
                return heads
    return 0


def _unlike_the_weights(model, weights, rng, decode, source, target, plain, answers):
    """What tells where a decoding goes another way than the weights, which write `answers`, and it `plain`."""
    if share(plain[:, :-1] == answers[:, :-1]) >= 90:
        return ": the last column is not written"
    if share(next_tokens(model, source, target) == target[:, 1:]) <= share(plain == target) + 20:
        return ""
    # What is written depends on the last weights, whatever the source was made of.
    noise = {name: scrambled(rng, value) if TARGETS in value.shape else value for name, value in weights.items()}
    model.load_state_dict(noise)
    if bool((written(decode, model, source, target) == plain).all()):
        return ": forward expects the right tokens, and greedy_decode writes the same whatever model it is given"
    return ": forward expects the right tokens; does greedy_decode write them"


def exchanged(rng, model, weights, source, target):
    """Give the characters of both sides other numbers: in the texts, and wherever the weights name them."""
    orders = []
    for vocabulary in (dates.source_vocabulary(), dates.target_vocabulary()):
        order = rng.array(len(vocabulary)).argsort()
        order = torch.tensor([vocabulary.pad_id, *(n for n in order.tolist() if n != vocabulary.pad_id)])
        orders.append(order)
    state = dict(weights)
    for name, tensor in weights.items():
        for axis, size in enumerate(tensor.shape):
            for order in orders:
                if size == len(order):
                    state[name] = state[name].index_select(axis, order)
    model.load_state_dict(state)
    return [order.argsort()[tokens] for order, tokens in zip(orders, (source, target), strict=True)]


def next_tokens(model, source, target):
    """What a model expects after every token of the answers that it is shown."""
    with torch.no_grad():
        return model(source, target[:, :-1]).argmax(dim=-1)


def assert_reads(student, reference, artifacts, rng, least):
    """At least `least` of 100 dates are right: of what the judge's own Transformer reads with the weights, if any."""
    weights = handed_in(artifacts)
    source, target = texts(rng, MANY)
    few = source[:FEW], target[:FEW]
    sizes = sizes_of(student)
    reader = put_together(weights, sizes)
    if reader is None:
        model = trained(student, weights)
        expect(
            least <= MOST_UNREAD,
            "weights of an encoder and a decoder made of the given layers, or PyTorch's, of embeddings, positions and an "
            "output, of which the judge puts its own Transformer together",
            "others",
        )
        answers = written(student[1], model, source, target)
    else:
        model = at_its_best(reader, *few)
        with torch.no_grad():
            answers = written(reference[1], model, source, target)
    seen = share(answers == target)
    expect(
        seen >= least,
        f"at least {least} of 100 unseen dates to be right in every character",
        f"{seen:.1f} of 100{'' if seen >= least else learned(model, weights, sizes, *few)}",
    )
    if reader is None:
        assert_weights_count(student, model, weights, rng, *few, share(answers[:FEW] == few[1]))


def assert_weights_count(student, model, weights, rng, source, target, plain):
    """Forward expects what is written, `plain` of 100 dates rightly; so many also with other numbers for all characters;
    and with other weights none.
    """
    agree = share(next_tokens(model, source, target) == target[:, 1:])
    expect(agree >= plain - 2, "forward to expect every character of the answers", f"{agree:.0f} of 100 answers")
    moved = exchanged(rng, model, weights, source, target)
    again = share(written(student[1], model, *moved) == moved[1])
    in_decode = share(next_tokens(model, *moved) == moved[1][:, 1:]) >= plain - 5
    model.load_state_dict({name: scrambled(rng, tensor) for name, tensor in weights.items()})
    without = share(written(student[1], model, source, target) == target)
    if abs(again - plain) <= 5:
        in_decode = share(next_tokens(model, source, target) == target[:, 1:]) <= 5
    expect(
        abs(again - plain) <= 5 and without <= 5,
        "the same answers where all characters have other numbers, in the texts and in the weights alike, and no right "
        "ones from a model with other weights",
        f"right are {again:.0f} of 100 with other numbers, {without:.0f} with other weights, and {plain:.0f} before: "
        f"something besides the weights reads the dates in {'greedy_decode' if in_decode else 'the model'}",
    )


def scrambled(rng, tensor):
    """Weights of the same size that know nothing: the same entries in a random order."""
    order = torch.from_numpy(rng.array(tensor.numel()).argsort())
    return tensor.flatten()[order].reshape(tensor.shape)


@check(
    points=1.75,
    says="your Transformer takes the weights of dates.safetensors, and your greedy_decode writes what they can read",
    asks="Was something changed after the training: a name, a size, how the model embeds, or what greedy_decode returns?",
)
def test_own(student, reference, artifacts, rng):
    weights = handed_in(artifacts)
    model, reader = trained(student, weights), put_together(weights, sizes_of(student))
    expect(reader is not None, "weights of which the judge puts its own Transformer together", "others")
    source, target = texts(rng, FEW)
    plain = written(student[1], model, source, target)
    with torch.no_grad():
        answers = written(reference[1], at_its_best(reader, source, target), source, target)
    same, own, able = share(plain == answers), share(plain == target), share(answers == target)
    if same < 90 or own < 30:
        expected = next_tokens(model, source, target)
        # Weak weights may read as well in another way than the learner's, which is then no fault of the model's.
        meant = (reader.arranged(*way) for way in reader.ways())
        as_meant = next((one for one in meant if share(next_tokens(one, source, target) == expected) >= 90), None)
        if max(own, able) < 30 or (as_meant and able < own + 20):
            hint = learned(as_meant or at_its_best(reader, source, target), weights, sizes_of(student), source, target)
            if share(expected == target[:, 1:]) > own + 20:
                hint = ": forward expects the right tokens where it is shown them; does it see what is to come"
            expect(False, "weights that have learned to read", f"only {own:.0f} of 100 dates are right{hint}")
        hint = _unlike_the_weights(model, weights, rng, student[1], source, target, plain, answers)
        expect(
            False,
            "your Transformer and your greedy_decode to write what these weights can",
            f"the same in {same:.0f} of 100 dates, {own:.0f} of them right{hint}",
        )
    assert_weights_count(student, model, weights, rng, source, target, own)


@check(
    points=1.25,
    says="the trained weights of dates.safetensors read 50 of 100 dates that they never saw",
)
def test_half(student, reference, artifacts, rng):
    assert_reads(student, reference, artifacts, rng, 50)


@check(points=0.75, says="they read 80 of 100")
def test_80(student, reference, artifacts, rng):
    assert_reads(student, reference, artifacts, rng, 80)


@check(points=0.75, says="they read 90 of 100")
def test_90(student, reference, artifacts, rng):
    assert_reads(student, reference, artifacts, rng, 90)


@check(points=0.75, says="they read 95 of 100")
def test_95(student, reference, artifacts, rng):
    assert_reads(student, reference, artifacts, rng, 95)


@check(points=0.75, says="they read 98 of 100")
def test_98(student, reference, artifacts, rng):
    assert_reads(student, reference, artifacts, rng, 98)
