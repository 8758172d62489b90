"""Hidden checks of lesson 10, exercise output_head."""

import torch
from nbjudge import (
    assert_close,
    assert_raises,
    assert_same,
    assert_same_gradients,
    assert_same_parameter_gradients,
    assert_same_weights,
    assert_tensor,
    assert_untouched,
    check,
    expect,
    gradients,
    load_weights,
    pair,
    twin,
)
from torch import nn

B, L, D, V = 2, 5, 4, 7


def tied(student, reference, rng, make, sizes=(D, V)):
    """The learner's head and embedding, tied, and the reference's, all of the same weights."""
    embedding = make(nn.Embedding, *sizes[::-1])
    embedding.load_state_dict({"weight": rng.normal(*sizes[::-1])})
    theirs = twin(student, embedding)
    return student(*sizes, theirs), theirs, reference(*sizes, embedding), embedding


@check(
    points=0.5,
    says="logits and probabilities have shape (B, L, V) and the dtype of hidden, which stays untouched",
)
def test_contract(student, rng):
    for dtype in (torch.float32, torch.float64):
        head, hidden = student(D, V), rng.normal(B, L, D, dtype=dtype)
        head.to(dtype)
        assert_tensor(head.logits(hidden), (B, L, V), dtype, what="the logits")
        assert_tensor(head(hidden), (B, L, V), dtype, what="the probabilities")
        assert_untouched({"hidden": hidden}, lambda a=head, h=hidden: (a.logits(h), a(h, 2.0)))


@check(points=0.5, says="proj, of weight (V, D) and without a bias, holds the only parameter, tied or not")
def test_parameters(student, reference, rng, make):
    for head in (student(D, V), student(D, V, None)):
        assert_same_weights(head, reference(D, V), "a head without an embedding")
    head, _, ours, _ = tied(student, reference, rng, make)
    assert_same_weights(head, ours, "a head with an embedding")
    expect(head.proj.bias is None, "a projection without a bias", "a bias")


@check(points=0.5, says="logits are the dot products of the hidden vector with every word's row of the weight")
def test_logits(student, reference, rng, make):
    for dtype in (torch.float32, torch.float64):
        head, ours = pair(student, reference, rng, D, V, dtype=dtype)
        hidden = rng.normal(B, L, D, dtype=dtype)
        assert_close(head.logits(hidden), ours.logits(hidden), what=f"the {str(dtype)[6:]} logits")
        assert_close(head.proj(hidden), ours.logits(hidden), what="the output of proj")
    head, _, ours, _ = tied(student, reference, rng, make)
    hidden = rng.normal(B, L, D)
    assert_close(head.logits(hidden), ours.logits(hidden), what="the logits of a tied head")


@check(points=0.5, says="calling the head gives the softmax of the logits over the vocabulary")
def test_probabilities(student, reference, rng):
    for sizes, shape in (((D, V), (B, L)), ((4, 4), (4, 4)), ((D, V), (1, 1))):
        head, ours = pair(student, reference, rng, *sizes)
        hidden = rng.normal(*shape, sizes[0])
        seen = head(hidden)
        assert_close(seen, ours(hidden), what="the probabilities")
        assert_close(seen.sum(dim=-1), torch.ones(shape), what="the sum of the probabilities of each position")
    head, ours = pair(student, reference, rng, D, V, dtype=torch.float64)
    hidden = rng.normal(B, L, D, dtype=torch.float64)
    assert_close(head(hidden), ours(hidden), what="the float64 probabilities")


@check(points=0.5, says="the temperature divides the logits before the softmax; 0 or less is a ValueError")
def test_temperature(student, reference, rng):
    head, ours = pair(student, reference, rng, D, V)
    hidden = rng.normal(B, L, D)
    for temperature in (0.5, 2.0, 3, 50.0):
        wanted, what = ours(hidden, temperature), f"the probabilities at temperature {temperature}"
        assert_close(head(hidden, temperature), wanted, what=what)
        assert_close(head(hidden, temperature=temperature), wanted, what=what)
    assert_close(head(hidden), ours(hidden), what="the probabilities at the temperature of 1, after others")
    head(hidden, 2.0)
    assert_close(head.logits(hidden), ours.logits(hidden), what="the logits after a call with a temperature")
    for temperature in (0.0, 0, -1.0):
        assert_raises(ValueError, head, hidden, temperature=temperature, what=f"temperature={temperature}")


@check(points=0.75, says="given an embedding, proj.weight is the embedding's weight: the same parameter, no copy")
def test_tied(student, reference, rng, make):
    head, embedding, _, given = tied(student, reference, rng, make)
    before, hidden = given.weight.detach().clone(), rng.normal(B, L, D)
    kept, taken = embedding.state_dict()["weight"], head.state_dict().get("proj.weight")
    logits = head.logits(hidden)
    expect(logits.requires_grad, "a tied weight that can be trained", "logits without a gradient")
    (logits * rng.normal(B, L, V)).sum().backward()
    ours, theirs = gradients(head).get("proj.weight"), gradients(embedding).get("weight")
    new, newer = rng.normal(V, D), rng.normal(V, D)
    load_weights(embedding, {"weight": new})
    followed = head.logits(hidden)
    load_weights(head, {"proj.weight": newer}, "the head")
    assert_close(kept, before, what="the weight of the embedding that was given")
    assert_close(taken, before, what="proj.weight of a tied head")
    expect(ours is not None, "a gradient for proj.weight", "none")
    expect(theirs is not None, "that gradient at the embedding, too", "none there: it has another parameter")
    assert_same(theirs, ours, what="the gradient at the embedding's weight")
    assert_close(followed, hidden @ new.T, what="the logits after the embedding has changed")
    assert_close(embedding.state_dict()["weight"], newer, what="the embedding after the head has changed")
    embedding = twin(student, make(nn.Embedding, V, D))
    embedding.requires_grad_(False)
    student(D, V, embedding)
    after = [bool(value.requires_grad) for value in embedding.parameters()]
    expect(after == [False], "a frozen embedding to stay frozen", "one that can be trained")


@check(
    points=0.5,
    says="gradients reach the hidden states and the weight, through logits and through probabilities",
)
def test_gradients(student, reference, rng, make):
    head, ours = pair(student, reference, rng, D, V, dtype=torch.float64)
    inputs = {"hidden": rng.normal(B, L, D, dtype=torch.float64)}
    for seen, wanted in (
        (lambda h: head.logits(h), lambda h: ours.logits(h)),
        (lambda h: head(h, 0.5), lambda h: ours(h, 0.5)),
    ):
        head.zero_grad()
        ours.zero_grad()
        assert_same_gradients(seen, wanted, inputs, rng)
        assert_same_parameter_gradients(head, ours)
    head, embedding, ours, given = tied(student, reference, rng, make, (3, 6))
    assert_same_gradients(head, ours, {"hidden": rng.normal(B, L, 3)}, rng)
    assert_same_parameter_gradients(embedding, given)


@check(
    points=0.25,
    says="hidden states so large that logits reach ±1e4 neither overflow nor give NaN",
)
def test_edges(student, reference, rng):
    head, ours = pair(student, reference, rng, D, V, dtype=torch.float64)
    for hidden, case in (
        (1e4 * rng.normal(B, L, D, dtype=torch.float64), "for large hidden states"),
        (rng.normal(D, L, B, dtype=torch.float64).transpose(0, 2), "for non-contiguous hidden states"),
    ):
        assert_close(head(hidden), ours(hidden), what=f"the probabilities {case}")
        assert_close(head.logits(hidden), ours.logits(hidden), what=f"the logits {case}")
