"""Lesson 01: what a learner's own lookup and attention do, on words with made-up vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import INK, KEY, OPERATION, QUERY, SERIES, as_array, cells, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

_WORDS = ("cat", "kitten", "dog", "car", "bus")
_ANGLES = np.radians((20, 50, 110, 215, 300))
_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


@picture
def soft_lookup_at_work(
    soft_lookup: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
) -> tuple[Figure, str]:
    """The weight of each of five words as the query turns once around, by the function given.

    The values are the rows of an identity matrix, so that the result of a lookup is its weights.
    """
    keys = 3 * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
    degrees = np.arange(0, 361, 3)
    queries = 2 * np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1)
    weights = np.stack([as_array(soft_lookup(query, keys, np.eye(len(_WORDS)))) for query in queries])
    figure = new_figure(10.5, 3.9)
    plane, lines = figure.subplots(1, 2, width_ratios=(2, 3))
    _draw_keys(plane, keys)
    for word, line, colour, style in zip(_WORDS, weights.T, SERIES, _STYLES, strict=False):
        lines.plot(degrees, line, color=colour, linestyle=style, linewidth=2, label=word)
    lines.set(xlabel="direction of the query (degrees)", ylabel="weight", xlim=(0, 360), ylim=(0, 1.02))
    lines.set_xticks(range(0, 361, 60))
    figure.legend(loc="outside right center", title="weight of", handlelength=3)
    best = ", ".join(
        f"{word} at {degrees[line.argmax()]} degrees (weight {line.max():.2f})"
        for word, line in zip(_WORDS, weights.T, strict=True)
    )
    alt = f"""Left, the keys of {len(_WORDS)} words as arrows in a plane, cat and kitten close together.
    Right, the weight of every word while the query turns through 360 degrees. Each is largest for a query
    that points roughly along its key: {best}. Between two keys their words share the weight."""
    return figure, alt


def _draw_keys(axes: Axes, keys: np.ndarray) -> None:
    for word, (x, y), colour in zip(_WORDS, keys, SERIES, strict=False):
        axes.annotate("", (x, y), (0, 0), arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2})
        axes.text(1.22 * x, 1.18 * y, word, ha="center", va="center", color=INK)
    turn = np.radians(np.arange(0, 361, 5))
    axes.plot(2 * np.cos(turn), 2 * np.sin(turn), color=OPERATION, linewidth=1, linestyle=":")
    axes.text(2.0, -1.0, "the query\nturns here", ha="left", va="center", fontsize=8, color=OPERATION)
    axes.set(xlim=(-4.2, 4.4), ylim=(-3.7, 3.7), aspect="equal", title="keys")
    axes.set_axis_off()


# Two made-up features: the first says "water", the second "money". "bank" says as much of both.
_MEANING = {"the": (0.1, 0.1), "river": (2.8, 0.0), "bank": (1.2, 1.2), "loan": (0.0, 2.8)}
_SENTENCES = (("the", "river", "bank"), ("the", "bank", "loan"))


@picture
def attention_at_work(
    scaled_dot_product_attention: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]],
) -> tuple[Figure, str]:
    """Two sentences of words with made-up vectors: where each word looks, and what becomes of "bank"."""
    import torch

    vectors = torch.tensor([[_MEANING[word] for word in sentence] for sentence in _SENTENCES])
    output, weights = scaled_dot_product_attention(vectors, vectors, vectors)
    figure = new_figure(10.5, 3.6)
    *maps, plane = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    for axes, sentence, matrix in zip(maps, _SENTENCES, as_array(weights), strict=True):
        image = cells(axes, matrix, 0.0, 1.0)
        axes.set_xticks(range(3), sentence)
        axes.set_yticks(range(3), sentence)
        axes.set(title=f"“{' '.join(sentence)}”", xlabel="key", ylabel="query")
    figure.colorbar(image, ax=maps, label="weight", aspect=30).outline.set_visible(False)
    banks = [
        tuple(vectors[sentence.index("bank")]) for sentence, vectors in zip(_SENTENCES, as_array(output), strict=True)
    ]
    _draw_meanings(plane, banks)
    by_river, by_loan = (f"({water:.1f}, {money:.1f})" for water, money in banks)
    alt = f"""Attention weights in two sentences, “the river bank” and “the bank loan”, and a plane with the
    vector of every word: the horizontal axis says how much it has to do with water, the vertical one with
    money. “bank” enters both sentences at (1.2, 1.2). After attention it is at {by_river} in
    “the river bank”, towards river, and at {by_loan} in “the bank loan”, towards loan. “the” gets little
    weight from “bank”."""
    return figure, alt


def _draw_meanings(axes: Axes, banks: list[tuple[float, float]]) -> None:
    beside = {"the": (20, 0), "river": (0, 12), "loan": (22, 0), "bank": (22, 6)}
    for word, (x, y) in _MEANING.items():
        axes.plot(x, y, marker="o", color=INK, markersize=6)
        axes.annotate(word, (x, y), beside[word], textcoords="offset points", ha="center", va="center")
    for place, sentence, (colour, marker) in zip(banks, _SENTENCES, ((QUERY, "s"), (KEY, "D")), strict=True):
        line = {"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 4, "shrinkB": 4}
        axes.annotate("", place, _MEANING["bank"], arrowprops=line)
        name = f"“{' '.join(sentence)}”"
        axes.plot(*place, marker=marker, color=colour, markersize=8, linestyle="", label=name)
    axes.legend(loc="upper right", title="“bank” after attention in", fontsize=8, title_fontsize=8)
    axes.set(xlabel="water", ylabel="money", xlim=(-0.2, 3.2), ylim=(-0.3, 4.0))
