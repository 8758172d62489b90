"""Hidden checks of lesson 11, exercise train: what the trained model makes of dates it never saw.

Nothing is trained here. The weights that were handed in are loaded into the learner's `Transformer`, and the
learner's `greedy_decode` writes the answers, all in the learner's process, for days that no training saw.

That it is the weights that read the dates, and no table and no code, is seen in three ways: with the numbers
of all characters exchanged, in the texts and in the weights alike, the answers are the same; with other
weights there is no right answer; and `forward`, shown a right answer, expects each of its characters.
"""

import torch
from attnkit.data import dates
from nbjudge import check, expect

FILE, MOST_BYTES = "dates.safetensors", 16 << 20
SEED, MANY, FEW = 2017, 200, 60
LEAST = {"d_model", "num_heads", "d_ff", "num_layers"}


def trained(student, artifacts):
    """The learner's model with the weights that were handed in, and these weights."""
    weights = artifacts.tensors(FILE, max_bytes=MOST_BYTES)
    model = untrained(student)
    state = model.state_dict()
    fits = {name: tuple(tensor.shape) for name, tensor in state.items()}
    given = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    wrong = [name for name in sorted(fits.keys() | given.keys()) if fits.get(name) != given.get(name)]
    first = "".join(wrong[:1])
    unlike = f"{first} is {given.get(first, 'missing')} there, {fits.get(first, 'missing')} in your model"
    expect(
        not wrong,
        f"weights in {FILE} that fit your Transformer with your SIZES",
        f"{len(wrong)} that do not. {unlike}: was something changed after training?",
    )
    expect(all(t.isfinite().all() for t in weights.values()), f"finite weights in {FILE}", "NaN or infinity")
    model.load_state_dict(weights)
    return model, weights


def untrained(student):
    """A new model of the learner's, of the sizes that the notebook says."""
    sizes = student[2]
    fits = isinstance(sizes, dict) and set(sizes) >= LEAST and "max_length" not in sizes
    expect(fits, "SIZES to name d_model, num_heads, d_ff and num_layers", f"{sizes!r}"[:200])
    vocabularies = len(dates.source_vocabulary()), len(dates.target_vocabulary())
    expect(sizes["d_model"] not in vocabularies, "another d_model than the size of a vocabulary", "the same")
    model = student[0](*vocabularies, **sizes, max_length=dates.MAX_LENGTH)
    model.eval()
    return model


def texts(count):
    """Source and target of dates on days that were never trained on."""
    examples = dates.examples("reserved", count, SEED)
    source = dates.source_vocabulary().encode([example.written for example in examples])
    return source, dates.target_vocabulary().encode([example.iso for example in examples])


def share_right(student, model, source, target):
    """How many rows the learner's decoding gets right in every character, up to the end, of 100."""
    written = student[1](model, source, int(target[0, 0]), int(target[0, -1]), target.shape[1])
    fits = isinstance(written, torch.Tensor) and written.ndim == 2 and len(written) == len(source)
    expect(fits, "greedy_decode to give a row for every date", "something else")
    if written.shape[1] < target.shape[1]:
        return 0.0
    return share(written[:, : target.shape[1]] == target)


def share(right):
    """Of 100 rows, how many are right in every column."""
    return 100 * float(right.all(dim=1).double().mean())


def _hint(expected, target, seen):
    """What the tokens that forward expects, shown the right answers, say where too few rows are right."""
    if share(expected == target[:, :-1]) > 50:
        return ": forward expects the token that it is shown; is the target shifted by one in your training_loss"
    if share(expected == target[:, 1:]) > seen + 20:
        return ": forward expects the right tokens; does greedy_decode write them"
    return ""


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


def assert_reads(student, artifacts, rng, least):
    """At least `least` of 100 dates are right, and it is the weights that read them."""
    model, weights = trained(student, artifacts)
    source, target = texts(MANY)
    seen = share_right(student, model, source, target)
    expected = model(source[:FEW], target[:FEW, :-1]).argmax(dim=-1)
    expect(
        seen >= least,
        f"at least {least} of 100 unseen dates to be right in every character",
        f"{seen:g} of 100{_hint(expected, target[:FEW], seen)}",
    )
    source, target = source[:FEW], target[:FEW]
    plain = share_right(student, model, source, target)
    agree = share(expected == target[:, 1:])
    expect(agree >= plain - 2, "forward to expect every character of the answers", f"{agree:.0f} of 100 answers")
    moved = exchanged(rng, model, weights, source, target)
    again = share_right(student, model, *moved)
    expect(
        abs(again - plain) <= 5,
        "the same answers where all characters have other numbers, in the texts and in the weights alike",
        f"{again:.0f} of 100 right, and {plain:.0f} before: something besides the weights reads the dates",
    )
    noise = {name: scrambled(rng, tensor) for name, tensor in weights.items()}
    model.load_state_dict(noise)
    again = share_right(student, model, source, target)
    expect(
        again <= 5,
        "no right answers from a model with other weights",
        f"{again:.0f} of 100 right without them",
    )


def scrambled(rng, tensor):
    """Weights of the same size that know nothing: the same entries in a random order."""
    order = torch.from_numpy(rng.array(tensor.numel()).argsort())
    return tensor.flatten()[order].reshape(tensor.shape)


@check(
    points=1,
    says="the trained model, loaded from dates.safetensors, reads 50 of 100 dates that it never saw",
)
def test_half(student, artifacts, rng):
    assert_reads(student, artifacts, rng, 50)


@check(points=1, says="it reads 80 of 100")
def test_80(student, artifacts, rng):
    assert_reads(student, artifacts, rng, 80)


@check(points=1, says="it reads 90 of 100")
def test_90(student, artifacts, rng):
    assert_reads(student, artifacts, rng, 90)


@check(points=1.5, says="it reads 95 of 100")
def test_95(student, artifacts, rng):
    assert_reads(student, artifacts, rng, 95)


@check(points=1.5, says="it reads 98 of 100")
def test_98(student, artifacts, rng):
    assert_reads(student, artifacts, rng, 98)
