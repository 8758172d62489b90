"""Hidden checks of lesson 08, exercise alignment.

After the contract, an answer of another type, or with more axes of size 1, is read as the positions that it says.
"""

import torch
from nbjudge import assert_close, assert_same, assert_tensor, assert_untouched, check, expect

# Batch, heads, target length, source length: no two alike.
B, H, LQ, LK = 3, 4, 5, 7


def draw(rng, *shape, dtype=torch.float32):
    """Attention weights whose mean over the heads has a clear largest entry in every row."""
    while True:
        weights = torch.softmax(2 * rng.normal(*shape, dtype=dtype), dim=-1)
        best = weights.mean(1).topk(min(2, shape[-1])).values
        if shape[-1] == 1 or (best[..., 0] - best[..., 1]).min() > 1e-3:
            return weights


def clear(weights):
    """Where the largest weight is ahead by more than 0.1: (B, L_q). Narrow leads have a check of their own."""
    best = weights.mean(1).topk(2).values
    return best[..., 0] - best[..., 1] > 0.11


def agreed(rng, *shape, dtype=torch.float32):
    """Weights that are the same in every head."""
    batch, heads, targets, sources = shape
    return draw(rng, batch, 1, targets, sources, dtype=dtype).expand(batch, heads, targets, sources).contiguous()


def seen(student, weights):
    """The source positions, (B, L_q), however the learner's answer says them."""
    answer = student(weights)
    answer = torch.as_tensor(answer[-1] if isinstance(answer, tuple) and answer else answer).detach()
    batch, _, targets, _ = weights.shape
    wanted = f"one position for each of {targets} target positions in {batch} sentences"
    expect(answer.numel() == batch * targets, wanted, f"shape {tuple(answer.shape)}")
    return answer.reshape(batch, targets).long()


def told_apart(found):
    expect(len(found.unique()) > 1, "different positions for different weights", "the same everywhere")


@check(
    points=0.5,
    says="it returns one source position per target position, a long tensor (B, L_q), whatever the sizes are",
    asks="Which axes are left once the heads and the source positions are gone, and which type counts positions?",
)
def test_contract(student, rng):
    for shape in ((B, H, LQ, LK), (1, H, LQ, LK), (B, 1, LQ, LK), (B, H, 1, LK), (B, H, LQ, 1)):
        weights = draw(rng, *shape)
        assert_tensor(student(weights), (shape[0], shape[2]), torch.long, axes=("B", "L_q"), what="the alignment")
    weights = draw(rng, B, H, LQ, LK, dtype=torch.float64)
    assert_tensor(student(weights), (B, LQ), torch.long, axes=("B", "L_q"), what="the alignment of float64 weights")
    assert_untouched({"weights": weights}, lambda: student(weights))


@check(
    points=0.5,
    says="it is the position of the largest weight in each row of each sentence",
    asks="Along which axis do you seek the largest, and do you count from 0?",
)
def test_values(student, reference, rng, example):
    row = torch.tensor([[[[0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]]])
    example(lambda weights: seen(student, weights), row, gives=[[1, 2]])
    for shape, dtype in (((B, H, LQ, LK), torch.float32), ((4, 4, 4, 4), torch.float64)):
        weights = agreed(rng, *shape, dtype=dtype)
        rows = clear(weights)
        assert_close(seen(student, weights)[rows], reference(weights)[rows], what=f"the alignment of weights {shape}")


@check(
    points=0.5,
    says="the heads decide together, by their mean: neither the surest head nor most of the heads alone",
    asks="What is averaged over the heads, and when: before or after the largest is sought?",
)
def test_together(student, reference, rng, example):
    # By the mean 2; by the surest head, most heads, the median, the product or a single head another one.
    sure = torch.tensor([[0.9, 0.0, 0.1], [0.0, 0.3, 0.7], [0.0, 0.2, 0.8], [0.4, 0.2, 0.4]])
    votes = torch.tensor([[0.5, 0.1, 0.4], [0.55, 0.0, 0.45], [0.0, 0.3, 0.7]])
    neither = torch.tensor([[0.5, 0.1, 0.4], [0.0, 0.55, 0.45]])
    silent = torch.tensor([[0.1, 0.5, 0.4], [0.3, 0.4, 0.3], [0.6, 0.4, 0.0], [0.0, 0.0, 1.0]])
    for heads in (neither, sure, votes, silent):
        example(lambda weights: seen(student, weights), heads[None, :, None], gives=[[2]])
    weights = draw(rng, B, 12, LQ, 3)
    rows = clear(weights)
    assert_close(seen(student, weights)[rows], reference(weights)[rows], what="the alignment of weights of 12 heads")


@check(
    points=0.25,
    says="a long source, a narrow lead, padding and any layout work like everything else",
    asks="Are the weights rounded, or the positions kept in a type that ends at 255?",
)
def test_edges(student, rng):
    weights = agreed(rng, B, H, LQ, LK)
    found = seen(student, weights)
    told_apart(found)
    # Behind 271 words that nobody looks at, and before padding, every position is 271 further.
    long = torch.nn.functional.pad(weights, (271, 3))
    assert_same(seen(student, long) - 271, found, what="the alignment behind 271 words that have no weight, less 271,")
    narrow, wide = (torch.tensor(row).expand(1, 2, 1, 3) for row in ([0.3333, 0.33332, 0.33336], [0.1, 0.2, 0.7]))
    assert_same(seen(student, narrow), seen(student, wide), what="the alignment where the lead is narrow")
    for axes in ((1, 2), (0, 3)):
        strided = weights.transpose(*axes).contiguous().transpose(*axes)
        assert_same(seen(student, strided), found, what="the alignment of non-contiguous weights")
    # A query that may attend to nothing has an open answer, and the others theirs.
    weights[1, :, 3] = 0.0
    rows = torch.tensor([0, 1, 2, 4])
    assert_same(seen(student, weights)[:, rows], found[:, rows], what="the alignment beside a row of zeros")


@check(
    points=0.25,
    says="weights straight from a layer, which require gradients, are aligned like others",
    asks="What has to come before `.numpy()`, where a tensor records gradients?",
)
def test_with_gradients(student, rng):
    weights = agreed(rng, B, H, LQ, LK)
    plain = seen(student, weights)
    told_apart(plain)
    found = seen(student, weights.clone().requires_grad_())
    assert_same(found, plain, what="the alignment of weights that require gradients")
