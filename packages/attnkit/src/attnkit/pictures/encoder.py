"""Lesson 06: how an encoder layer is wired, what a stack of them does, and a real one at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import (
    FAINT,
    KEY,
    OPERATION,
    QUERY,
    SERIES,
    VALUE,
    WEIGHT,
    Board,
    as_array,
    cells,
    new_figure,
    picture,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor, nn

    Build = Callable[[], nn.Module]
    Embed = Callable[[nn.Module, Sequence[str]], Tensor]

# "bank" is the same word piece at the same position in all four, so its vectors start out equal.
BANKS = (
    "We fished from the bank of the river.",
    "Trees grow along the bank of the stream.",
    "Money at the local bank earns interest.",
    "My loan from the bank is too expensive.",
)


@picture
def layer_diagram() -> tuple[Figure, str]:
    """The two ways to wire an encoder layer: norms after each addition, or before each sublayer."""
    board = Board(14.2, 5.4, inches=10.5)
    board.label(0.5, 5.05, "post-norm  (norm_first=False)", fontsize=11, fontweight="bold", ha="left")
    after = ("self_attention", WEIGHT), ("+", ""), ("norm1", OPERATION)
    then = ("feed_forward", VALUE), ("+", ""), ("norm2", OPERATION)
    flow(board, 3.5, (*after, *then))
    board.label(0.5, 2.35, "pre-norm  (norm_first=True)", fontsize=11, fontweight="bold", ha="left")
    before = ("norm1", OPERATION), ("self_attention", WEIGHT), ("+", "")
    flow(board, 0.75, (*before, ("norm2", OPERATION), ("feed_forward", VALUE), ("+", "")))
    alt = """The two ways to wire an encoder layer, from left to right. Post-norm: x goes through
    self_attention, x itself is added to the result, norm1 normalises the sum; that goes through
    feed_forward, is added to the result, and norm2 normalises the sum. Pre-norm: x goes through norm1 and
    then self_attention, and x itself is added; the sum goes through norm2 and then feed_forward, and the sum
    itself is added. In pre-norm the path of additions from x to the output passes through no norm."""
    return board.figure, alt


def flow(board: Board, y: float, steps: Sequence[tuple[str, str]]) -> list[float]:
    """Sublayers, norms and additions in a row; an arc leads around each sublayer to the addition after it.

    Returns where the middle of each step is.
    """
    board.label(0.55, y, "$x$", fontsize=12)
    widths = {"+": 0.6, "norm1": 1.35, "norm2": 1.35, "norm3": 1.35, "cross_attention": 2.7}
    x, branch, places = 0.85, 0.0, []
    for number, (name, colour) in enumerate(steps):
        width = widths.get(name, 2.4)
        gap = 0.75 if number % 3 == 0 else 0.5
        if number % 3 == 0:
            branch = x + gap / 2
        board.arrow((x, y), (x + gap, y))
        centre = x + gap + width / 2
        if name == "+":
            board.plus(centre, y, QUERY)
            board.arrow((branch, y), (branch, y + 0.95), (centre, y + 0.95), (centre, y + 0.3), colour=QUERY)
        else:
            board.box(centre, y, name, colour, width=width)
        places.append(centre)
        x += gap + width
    board.arrow((x, y), (x + 0.5, y))
    board.label(x + 0.75, y, "$y$", fontsize=12)
    return places


def randomised(module: nn.Module, seed: int) -> nn.Module:
    """The module with random weights of a size that keeps signals alive, and no bias; for evaluation."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.dim() == 2:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) / parameter.shape[1] ** 0.5)
            elif name.endswith("bias"):
                parameter.zero_()
    return module.eval()


def sensitivity(run: Callable[[Tensor], Tensor], inputs: Tensor) -> np.ndarray:
    """How far the output at i moves when the input at j is replaced, on average over a batch.

    ``run`` maps inputs ``(B, L, D)`` to outputs ``(B, L_out, D)``; returns ``(L_out, L)``.
    """
    import torch

    generator = torch.Generator().manual_seed(0)
    columns = []
    with torch.no_grad():
        before = run(inputs)
        for j in range(inputs.shape[1]):
            changed = inputs.clone()
            changed[:, j] = torch.randn(changed[:, j].shape, generator=generator)
            columns.append((run(changed) - before).square().mean(dim=(0, 2)).sqrt())
    return as_array(torch.stack(columns, dim=1))


@picture
def influence(encoder_layer: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """Which input reaches which output: without attention, with it, and with two positions hidden."""
    import torch

    length, features = 6, 32
    layer = randomised(encoder_layer(features, 4, 64), seed=6)
    x = torch.randn(16, length, features, generator=torch.Generator().manual_seed(3))
    hidden = torch.arange(length) < length - 2
    masked = sensitivity(lambda x: layer(x, hidden.expand(1, length, length)), x)
    whole = sensitivity(layer, x)
    with torch.no_grad():
        layer.get_parameter("self_attention.out_proj.weight").zero_()
    alone = sensitivity(layer, x)
    figure = new_figure(10.5, 3.9)
    grid = figure.subplots(1, 3)
    top = max(whole.max(), masked.max(), alone.max())
    titles = "attention switched off", "your layer", "positions 4 and 5 hidden by a mask"
    for axes, matrix, title in zip(grid, (alone, whole, masked), titles, strict=True):
        image = cells(axes, matrix, 0.0, top, digits=1)
        axes.set(title=title, xlabel="changed input  $j$", xticks=range(length), yticks=range(length))
    grid[0].set_ylabel("output  $i$")
    figure.colorbar(image, ax=grid, label="how far output $i$ moves").outline.set_visible(False)
    off = ~np.eye(length, dtype=bool)
    alt = f"""How far the output at position i moves when the input at position j changes, for a layer of 6
    positions with random weights. With the attention switched off, an output moves only with its own
    input: elsewhere the largest movement is {alone[off].max():.2f}. In the whole layer every input moves
    every output, by at least {whole.min():.2f}. With positions 4 and 5 hidden by a mask, changes there move
    no other output: at most {masked[:, 4:][off[:, 4:]].max():.2f}."""
    return figure, alt


@picture
def depth(encoder: Callable[..., nn.Module], layers: int = 12) -> tuple[Figure, str]:
    """The size of the vectors after each layer of an encoder, post-norm and pre-norm."""
    import torch

    x = torch.randn(4, 10, 64, generator=torch.Generator().manual_seed(1))
    sizes, ends = {}, {}
    for norm_first in (False, True):
        model = randomised(encoder(layers, 64, 4, 128, norm_first=norm_first), seed=2)
        states = [x]
        with torch.no_grad():
            for layer in model.get_submodule("layers").children():
                states.append(layer(states[-1]))
            ends[norm_first] = _size(model(x))
        sizes[norm_first] = [_size(state) for state in states]
    figure = new_figure(8.5, 3.8)
    axes = figure.subplots()
    for norm_first, name, colour, marker in ((True, "pre-norm", KEY, "s"), (False, "post-norm", QUERY, "o")):
        axes.plot(range(layers + 1), sizes[norm_first], color=colour, marker=marker, label=name)
    axes.annotate(
        "",
        (layers + 0.6, ends[True]),
        (layers + 0.6, sizes[True][-1]),
        arrowprops={"arrowstyle": "-|>", "color": KEY, "linewidth": 1.5, "linestyle": "--"},
    )
    axes.plot([layers + 0.6], [ends[True]], color=KEY, marker="D", linestyle="", label="after final_norm")
    axes.set(xlabel="layers passed", ylabel="size of a vector (root mean square)", ylim=(0, None))
    axes.set_xticks(range(0, layers + 1, 2))
    axes.legend(loc="upper left")
    alt = f"""The root mean square of the vectors after 0 to {layers} layers with random weights.
    Post-norm: it stays at {sizes[False][-1]:.2f} after every layer. Pre-norm: it grows from
    {sizes[True][0]:.2f} to {sizes[True][-1]:.2f}, and the final norm brings it to {ends[True]:.2f}."""
    return figure, alt


def _size(x: Tensor) -> float:
    return x.square().mean().sqrt().item()


def _vectors(build: Build, sentence_embeddings: Embed, *texts: Sequence[str]) -> list[np.ndarray]:
    import torch

    with torch.no_grad():
        model = build()
        return [as_array(sentence_embeddings(model, list(sentences))) for sentences in texts]


@picture
def search(
    build: Build, sentence_embeddings: Embed, query: str, sentences: Sequence[str], top: int = 8
) -> tuple[Figure, str]:
    """The sentences that are closest in meaning to a query, ranked."""
    found, asked = _vectors(build, sentence_embeddings, sentences, [query])
    scores = found @ asked[0]
    order = np.argsort(-scores)[:top]
    figure = new_figure(10.5, 0.9 + 0.36 * len(order))
    axes = figure.subplots()
    best = scores[order]
    axes.barh(range(len(order)), best, color=[QUERY if s > 0.25 else FAINT for s in best], height=0.72)
    for rank, (index, score) in enumerate(zip(order, best, strict=True)):
        axes.text(max(score, 0) + 0.01, rank, f"{score:.2f}", va="center")
        axes.text(1.08 * _TEXT, rank, sentences[index], va="center")
    axes.set_yticks(range(len(order)), [str(n) for n in range(1, len(order) + 1)])
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set(xticks=[], xlim=(min(0.0, best.min()), 2.6 * _TEXT), ylabel="rank")
    axes.set_title(f"{len(sentences)} sentences by their cosine with  “{query}”", loc="left")
    said = " ".join(f"{n}. {sentences[i]} ({scores[i]:.2f})" for n, i in enumerate(order, 1))
    return figure, f"The sentences closest in meaning to “{query}”, with their cosines: {said}"


_TEXT = 0.9  # where the sentences begin in the ranked table, right of the longest bar


@picture
def similarity(build: Build, sentence_embeddings: Embed, sentences: Sequence[str]) -> tuple[Figure, str]:
    """The cosine of every pair of sentences."""
    (vectors,) = _vectors(build, sentence_embeddings, sentences)
    matrix = np.round(vectors @ vectors.T, 2) + 0.0  # no -0.00
    figure = new_figure(10.5, 1.2 + 0.38 * len(sentences))
    axes = figure.subplots()
    image = cells(axes, matrix, 0.0, 0.6)
    numbers = range(1, len(sentences) + 1)
    axes.set_yticks(range(len(sentences)), [f"{text}   {n}" for n, text in zip(numbers, sentences, strict=True)])
    axes.set_xticks(range(len(sentences)), [str(n) for n in numbers])
    figure.colorbar(image, ax=axes, label="cosine", extend="both").outline.set_visible(False)
    others = np.where(np.eye(len(sentences), dtype=bool), -np.inf, matrix)
    nearest = " ".join(
        f"“{text}” is closest to “{sentences[row.argmax()]}” ({row.max():.2f})."
        for text, row in zip(sentences, others, strict=True)
    )
    return figure, f"The cosines of all pairs of {len(sentences)} sentences. {nearest}"


@picture
def context(build: Build, word: str = "bank", sentences: Sequence[str] = BANKS) -> tuple[Figure, str]:
    """How far one word's vectors part, layer by layer: half of the sentences mean one thing, half another."""
    import torch

    from ..models import minilm

    ids, real = minilm.tokenize(sentences)
    places = [minilm.pieces(sentence).index(word) for sentence in sentences]
    half = len(sentences) // 2
    same, other = [], []
    with torch.no_grad():
        model, x = build(), minilm.embed(ids)
        for layer in (None, *model.get_submodule("layers").children()):
            x = x if layer is None else layer(x, real[:, None, :])
            vectors = torch.nn.functional.normalize(x[range(len(places)), places], dim=-1)
            cosines = as_array(vectors @ vectors.T)
            same.append((cosines[:half, :half][0, 1:].mean() + cosines[half:, half:][0, 1:].mean()) / 2)
            other.append(cosines[:half, half:].mean())
    figure = new_figure(8.5, 3.8)
    axes = figure.subplots()
    _line(axes, same, "the same meaning (river and river, money and money)", SERIES[0], "o")
    _line(axes, other, "another meaning (river and money)", SERIES[1], "s")
    axes.set(xlabel="layers passed", ylabel=f"cosine of two vectors for “{word}”", ylim=(None, 1.02))
    axes.set_xticks(range(len(same)))
    figure.legend(loc="outside upper center", ncols=2)
    alt = f"""The mean cosine between the vectors for the word “{word}” in different sentences, after 0 to
    {len(same) - 1} layers. Where it means the same: from {same[0]:.2f} to {same[-1]:.2f}. Where it
    means another thing: from {other[0]:.2f} to {other[-1]:.2f}."""
    return figure, alt


def _line(axes: Axes, values: Sequence[float], name: str, colour: str, marker: str) -> None:
    axes.plot(range(len(values)), values, color=colour, marker=marker, label=name)
