"""Hidden checks of lesson 10, exercise output_head."""

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
    gradients,
    load_weights,
    pair,
    twin,
    weights,
)
from torch import nn

B, L, D, V = 2, 5, 4, 7


def tied(student, reference, rng, make, sizes=(D, V)):
    """The learner's head and embedding, tied, and the reference's, all of the same weights."""
    embedding = make(nn.Embedding, *sizes[::-1])
    embedding.load_state_dict({"weight": rng.normal(*sizes[::-1])})
    theirs = twin(student, embedding)
    return student(*sizes, theirs), theirs, reference(*sizes, embedding), embedding


def weight_name(head):
    """Under which name the head holds its matrix: that it be proj.weight is a check of its own."""
    names = [name for name, weight in weights(head).items() if len(weight.shape) == 2]
    expect(names, "a weight in the state_dict of the head", "none")
    return names[-1]


def set_weight(head, weight, like):
    """The matrix `weight`, and a bias, where there is one though there should be none, as in `like`, or 0."""
    held = like.state_dict()
    vectors = {name: torch.zeros(one.shape) for name, one in weights(head).items() if len(one.shape) == 1}
    load_weights(head, {name: held.get(name, zeros) for name, zeros in vectors.items()})
    load_weights(head, {weight_name(head): weight})


def drawn(student, rng, dtype=torch.float64):
    """The learner's head with random weights, and these."""
    head = student(D, V)
    return head, draw_weights(head, rng, dtype=dtype)


def shared(logits):
    return torch.softmax(logits.detach(), dim=-1)


@check(
    points=0.5,
    says="logits and probabilities have shape (B, L, V) and the dtype of hidden, which stays untouched",
    asks="For which positions of the sentence does the head guess a next word?",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        head, hidden = student(D, V), rng.normal(B, L, D, dtype=dtype)
        head.to(dtype)
        assert_tensor(head.logits(hidden), (B, L, V), dtype, what="the logits")
        assert_tensor(head(hidden), (B, L, V), dtype, what="the probabilities")
        assert_untouched({"hidden": hidden}, lambda a=head, h=hidden: (a.logits(h), a(h, 2.0)))


@check(
    points=0.5,
    says="proj, of weight (V, D) and without a bias, holds the only parameter, tied or not",
    asks="What does state_dict() of your head list?",
)
def test_parameters(student, reference, rng, make):
    for head in (student(D, V), student(D, V, None)):
        assert_same_weights(head, reference(D, V), "a head without an embedding")
    head, _, ours, _ = tied(student, reference, rng, make)
    assert_same_weights(head, ours, "a head with an embedding")
    expect(head.proj.bias is None, "a projection without a bias", "a bias")


@check(
    points=0.5,
    says="logits are the dot products of the hidden vector with every word's row of the weight",
    asks="Is there a factor, a bias or a function in your logits besides the product?",
)
def test_logits(student, reference, rng):
    small = student(2, 2)
    load_weights(small, {"proj.weight": torch.tensor([[1.0, 2.0], [0.0, 3.0]])})
    name = "OutputHead(2, 2) of weight [[1, 2], [0, 3]], its logits"
    assert_example(small.logits, torch.tensor([[[10.0, 1.0]]]), gives=[[[12, 3]]], name=name)
    for dtype in (torch.float32, torch.float64):
        head, ours = pair(student, reference, rng, D, V, dtype=dtype)
        hidden = rng.normal(B, L, D, dtype=dtype)
        assert_close(head.logits(hidden), ours.logits(hidden), what=f"the {str(dtype)[6:]} logits")
        assert_close(head.proj(hidden), ours.logits(hidden), what="the output of proj")


@check(
    points=0.5,
    says="calling the head gives the softmax of its logits over the vocabulary",
    asks="Along which axis do your probabilities sum to 1?",
)
def test_probabilities(student, rng):
    for dtype, shape in ((torch.float32, (B, L)), (torch.float64, (V, V)), (torch.float64, (1, 1))):
        head, _ = drawn(student, rng, dtype)
        hidden = rng.normal(*shape, D, dtype=dtype)
        assert_no_stub(head, hidden, what="the probabilities")
        what = "the probabilities, compared with the softmax of the head's logits,"
        assert_same(head(hidden), shared(head.logits(hidden)), what=what)


@check(
    points=0.5,
    says="the temperature divides the logits before the softmax, in this call alone; 0 or less is a ValueError",
    asks="What is divided by the temperature, and is it the same in the next call?",
)
def test_temperature(student, rng):
    head, _ = drawn(student, rng)
    hidden = rng.normal(B, L, D, dtype=torch.float64)
    assert_no_stub(head, hidden, what="the probabilities")
    plain, logits = head(hidden), head.logits(hidden)
    for temperature in (0.5, 2.0, 3, 50.0):
        what = f"the probabilities at temperature {temperature}, compared with the softmax of the divided logits,"
        wanted = shared(logits / temperature)
        assert_same(head(hidden, temperature), wanted, what=what)
        assert_same(head(hidden, temperature=temperature), wanted, what=what)
        assert_same(head.logits(hidden), logits, what="the logits after a call with a temperature")
    assert_same(head(hidden), plain, what="the probabilities at the temperature of 1, after others")
    for temperature in (0.0, 0, -1.0):
        assert_raises(ValueError, head, hidden, temperature=temperature, what=f"temperature={temperature}")


@check(
    points=0.75,
    says="given an embedding, proj.weight is the embedding's weight: the same parameter, no copy",
    asks="What happens to the embedding while proj.weight learns?",
)
def test_tied(student, reference, rng, make):
    head, embedding, _, given = tied(student, reference, rng, make)
    name = weight_name(head)
    before, hidden = given.weight.detach().clone(), rng.normal(B, L, D)
    kept, taken = embedding.state_dict()["weight"], head.state_dict()[name]
    assert_no_stub(head.logits, hidden, what="the logits of a tied head")
    logits = head.logits(hidden)
    expect(logits.requires_grad, "a tied weight that can be trained", "logits without a gradient")
    (logits * rng.normal(B, L, V)).sum().backward()
    ours, theirs = gradients(head).get(name), gradients(embedding).get("weight")
    new, newer = rng.normal(V, D), rng.normal(V, D)
    load_weights(embedding, {"weight": new})
    followed = head.logits(hidden)
    load_weights(head, {name: newer}, "the head")
    assert_close(kept, before, what="the weight of the embedding that was given")
    assert_close(taken, before, what="proj.weight of a tied head")
    expect(ours is not None, "a gradient for proj.weight", "none")
    expect(theirs is not None, "that gradient at the embedding, too", "none there: it has another parameter")
    assert_same(theirs, ours, what="the gradient at the embedding's weight")
    alone = student(D, V)
    set_weight(alone, new, like=head)
    same = "the logits after the embedding has changed, compared with those of a head that has its weight alone,"
    assert_same(followed, alone.logits(hidden), what=same)
    assert_close(embedding.state_dict()["weight"], newer, what="the embedding after the head has changed")
    embedding = twin(student, make(nn.Embedding, V, D))
    embedding.requires_grad_(False)
    student(D, V, embedding)
    after = [bool(value.requires_grad) for value in embedding.parameters()]
    expect(after == [False], "a frozen embedding to stay frozen", "one that can be trained")


@check(
    points=0.5,
    says="gradients reach the hidden states and the weight, through logits and through probabilities",
    asks="Is there a step that records no gradient?",
)
def test_gradients(student, rng):
    hidden = rng.normal(B, L, D, dtype=torch.float64)
    for through in (lambda head, h: head.logits(h), lambda head, h: head(h, 0.5)):
        head, state = drawn(student, rng)
        assert_no_stub(lambda h, a=head, f=through: f(a, h), hidden)
        assert_own_parameter_gradients(head, state, lambda a=head, f=through: f(a, hidden), rng)
        assert_own_gradients(lambda h, a=head, f=through: f(a, h), {"hidden": hidden}, rng)


@check(
    points=0.25,
    says="hidden states so large that logits reach ±1e4 neither overflow nor give NaN",
    asks="Which number does your softmax take from all logits first?",
)
def test_edges(student, rng):
    head, _ = drawn(student, rng)
    hidden = rng.normal(D, L, B, dtype=torch.float64).transpose(0, 2)
    assert_no_stub(head, hidden, what="the probabilities")
    assert_same(head(hidden), head(hidden.contiguous()), what="the probabilities for non-contiguous hidden states")
    # One word takes all, or nearly, as the head's own logits say.
    large = 1e4 * hidden
    wanted = shared(head.logits(large))
    assert_same(head(large), wanted, what="the probabilities for large hidden states")
