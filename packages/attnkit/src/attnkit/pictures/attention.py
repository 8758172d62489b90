"""Lessons 01 and 02: how attention looks things up, where its weights go, and what its heads are."""

from __future__ import annotations

from math import log
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
    few,
    new_figure,
    picture,
    tint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor


@picture
def attention_diagram() -> tuple[Figure, str]:
    """Scaled dot-product attention as a flow of data, with the shape of each step."""
    board = Board(14.6, 5.2, inches=10.5)
    for y, name, colour in ((4.2, "query  $Q$", QUERY), (2.6, "key  $K$", KEY), (1.0, "value  $V$", VALUE)):
        board.box(1.2, y, name, colour)
    for x, name in ((3.9, "MatMul"), (6.2, "Scale"), (8.5, "Mask"), (10.8, "Softmax"), (13.1, "MatMul")):
        board.box(x, 3.4, name, WEIGHT if name == "Softmax" else OPERATION)
    board.arrow((1.95, 4.2), (2.55, 4.2), (2.55, 3.55), (3.15, 3.55), colour=QUERY)
    board.arrow((1.95, 2.6), (2.55, 2.6), (2.55, 3.25), (3.15, 3.25), colour=KEY)
    board.arrow((1.95, 1.0), (13.1, 1.0), (13.1, 3.0), colour=VALUE)
    for x in (4.65, 6.95, 9.25, 11.55):
        board.arrow((x, 3.4), (x + 0.8, 3.4))
    board.arrow((13.1, 3.8), (13.1, 4.5))
    board.label(13.1, 4.75, "output  $(…, L_q, d_v)$")
    for y, shape in ((3.6, "$(…, L_q, d_k)$"), (2.0, "$(…, L_k, d_k)$"), (0.4, "$(…, L_k, d_v)$")):
        board.label(1.2, y, shape)
    notes = "$QK^T$", r"$\div\sqrt{d_k}$", "False → no weight", "over keys"
    for x, note in zip((3.9, 6.2, 8.5, 10.8), notes, strict=True):
        board.label(x, 4.1, note)
    board.label(5.05, 4.75, "scores  $(…, L_q, L_k)$")
    board.label(9.65, 4.75, "weights  $(…, L_q, L_k)$")
    board.bracket(3.15, 6.95, 2.5, "attention_scores")
    board.bracket(7.75, 11.55, 2.5, "attention_weights")
    alt = """Data flow of scaled dot-product attention. Query Q of shape (..., L_q, d_k) and key K of shape
    (..., L_k, d_k) are multiplied and divided by the square root of d_k: these are the scores, of shape
    (..., L_q, L_k), which the exercise attention_scores computes. A mask takes away the scores where it is
    False, and the softmax over the keys makes the weights, of the same shape: the exercise
    attention_weights. The weights times the value V of shape (..., L_k, d_v) give the output of shape
    (..., L_q, d_v)."""
    return board.figure, alt


@picture
def lookup_diagram() -> tuple[Figure, str]:
    """An ordinary dictionary beside a soft one: one exact match, or a share of every value."""
    board = Board(15.0, 5.0, inches=10.5)
    _lookup(board, 0.2, "An ordinary dictionary", (1.0, 0.0, 0.0))
    _lookup(board, 7.9, "A soft dictionary: attention", (0.7, 0.2, 0.1))
    board.label(3.6, 0.45, "one key matches:  10", fontsize=10)
    board.label(11.3, 0.45, "0.7 · 10 + 0.2 · 20 + 0.1 · 30  =  14", fontsize=10)
    alt = """Two ways to look up the query cat among the keys cat, dog and car, with values 10, 20 and 30. An
    ordinary dictionary finds the one key that is equal and returns its value, 10. A soft one compares
    the query with every key, gives the keys the weights 0.7, 0.2 and 0.1, and returns the weighted mean of
    all the values, 14."""
    return board.figure, alt


def _lookup(board: Board, left: float, title: str, weights: Sequence[float]) -> None:
    board.label(left + 3.4, 4.7, title, fontsize=12, fontweight="bold")
    board.box(left + 0.9, 2.3, "query\n“cat”", QUERY, width=1.4, height=1.0)
    for name, x in (("key", 3.0), ("weight", 4.6), ("value", 6.2)):
        board.label(left + x, 4.05, name, color=OPERATION)
    rows = zip(("cat", "dog", "car"), (10, 20, 30), weights, strict=True)
    for row, (key, value, weight) in enumerate(rows):
        y = 3.4 - 1.1 * row
        board.box(left + 3.0, y, key, KEY, width=1.2)
        board.box(left + 6.2, y, str(value), VALUE, width=1.2)
        board.label(left + 4.6, y, f"{weight:g}", fontsize=11, fontweight="bold" if weight else "normal")
        colour = QUERY if weight else FAINT
        board.arrow((left + 1.6, 2.3 + 0.2 * (1 - row)), (left + 2.35, y), colour=colour)
        board.arrow((left + 3.65, y), (left + 4.15, y), colour=WEIGHT if weight else FAINT)
        board.arrow((left + 5.05, y), (left + 5.55, y), colour=WEIGHT if weight else FAINT)


@picture
def heat_map(
    weights: object,
    queries: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
    title: str | None = None,
) -> tuple[Figure, str]:
    """Attention weights ``(L_q, L_k)`` as a map: a row for each query, a column for each key."""
    matrix = _matrix(weights, 2)
    rows, columns = matrix.shape
    figure = new_figure(min(10.0, 2.6 + 0.62 * columns), min(8.0, 1.5 + 0.46 * rows))
    axes = figure.subplots()
    image = cells(axes, matrix, 0.0, _brightest(matrix))
    _name_axes(axes, matrix, queries, keys)
    axes.set(xlabel="key", ylabel="query", title=title or "")
    figure.colorbar(image, ax=axes, label="weight").outline.set_visible(False)
    return figure, f"{title or 'Attention weights'}: {_say(matrix, queries, keys)}"


@picture
def heads(weights: object, tokens: Sequence[str] | None = None) -> tuple[Figure, str]:
    """The weights ``(H, L_q, L_k)`` of several heads side by side, on one scale of colour."""
    stack = _matrix(weights, 3)
    count, rows, columns = stack.shape
    across = min(count, 4)
    down = -(-count // across)
    figure = new_figure(10.5, down * (0.9 + min(2.4, 8.6 / across) * min(1.5, rows / columns)))
    grid = figure.subplots(down, across, squeeze=False)
    for number, axes in enumerate(grid.flat):
        if number >= count:
            axes.set_axis_off()
            continue
        image = cells(axes, stack[number], 0.0, _brightest(stack), digits=1)
        _name_axes(axes, stack[number], tokens, tokens)
        axes.set_title(f"head {number}")
        axes.set_xlabel("key" if number + across >= count else "")
        axes.set_ylabel("query" if number % across == 0 else "")
    figure.colorbar(image, ax=grid, label="weight", aspect=30).outline.set_visible(False)
    said = " ".join(f"Head {number}: {_say(head, tokens, tokens)}" for number, head in enumerate(stack))
    return figure, f"Attention weights of {count} heads. {said}"


def _matrix(weights: object, dimensions: int) -> np.ndarray:
    array = as_array(weights)
    if array.ndim != dimensions:
        wanted = "(L_q, L_k)" if dimensions == 2 else "(H, L_q, L_k)"
        raise ValueError(f"this picture shows weights of shape {wanted}, not {array.shape}")
    return array


def _brightest(weights: np.ndarray) -> float:
    """The weight at the top of the colour scale: 1, or less among many keys, where every weight is small."""
    return max(1.0, weights.max()) if few(weights) else weights.max() or 1.0


def _name_axes(axes: Axes, matrix: np.ndarray, queries: Sequence[str] | None, keys: Sequence[str] | None) -> None:
    """Name rows and columns; where there are no names, or not as many as cells, number them."""
    rows, columns = matrix.shape
    if queries is not None and len(queries) == rows:
        axes.set_yticks(range(rows), queries)
    if keys is not None and len(keys) == columns:
        axes.set_xticks(range(columns), keys, rotation=45, ha="right", rotation_mode="anchor")


def _say(matrix: np.ndarray, queries: Sequence[str] | None, keys: Sequence[str] | None) -> str:
    """In words, where each query looks most."""
    rows, columns = matrix.shape
    from_names, to_names = _names(queries, rows, "query"), _names(keys, columns, "key")
    said = [f"{name} {_gaze(row, to_names)}" for name, row in zip(from_names[:10], matrix, strict=False)]
    more = f", and {rows - 10} more queries" if rows > 10 else ""
    return f"{rows} queries by {columns} keys; {', '.join(said)}{more}."


def _gaze(row: np.ndarray, names: list[str]) -> str:
    if np.isnan(row).any():
        return "has weights that are not numbers (NaN)"
    return f"looks most at {names[row.argmax()]} ({row.max():.2f})" if row.any() else "looks nowhere"


def _names(given: Sequence[str] | None, count: int, kind: str) -> list[str]:
    if given is not None and len(given) == count:
        return [f"“{name}”" for name in given]
    return [f"{kind} {number}" for number in range(count)]


@picture
def split_diagram(length: int = 4, d_model: int = 6, num_heads: int = 3) -> tuple[Figure, str]:
    """How ``split_heads`` shares out the features of every position among the heads."""
    if d_model % num_heads:
        raise ValueError(f"{d_model} features cannot be shared evenly among {num_heads} heads")
    size = d_model // num_heads
    board = Board(d_model + num_heads * (size + 1.2) + 5.4, length + 3.0, inches=10.5)
    board.label(1.6 + d_model / 2, length + 2.5, "x:  $(B, L, D)$", fontsize=11)
    _features(board, 1.6, length, range(d_model), size)
    for position in range(length):
        board.label(0.8, length - position + 0.5, f"position {position}", fontsize=8)
    start = d_model + 5.4
    board.arrow((d_model + 2.1, 1 + length / 2), (start - 0.7, 1 + length / 2))
    board.label((d_model + 1.4 + start) / 2, 1.5 + length / 2, "split_heads", family="DejaVu Sans Mono")
    for head in range(num_heads):
        left = start + head * (size + 1.2)
        _features(board, left, length, range(head * size, (head + 1) * size), size)
        board.label(left + size / 2, length + 1.5, f"head {head}", fontsize=10)
    board.label(start + (num_heads * (size + 1.2) - 1.2) / 2, length + 2.5, "result:  $(B, H, L, D/H)$", fontsize=11)
    board.label(board.axes.get_xlim()[1] / 2, 0.4, "The number in a cell is the number of its feature.")
    alt = f"""A table of {length} positions by {d_model} features is cut into {num_heads} tables, one for each
    head, of {length} positions by {size} features each: head 0 gets features 0 to {size - 1}, and so on.
    Every head keeps every position."""
    return board.figure, alt


def _features(board: Board, left: float, length: int, features: range, size: int) -> None:
    from matplotlib.colors import to_hex

    for position in range(length):
        for column, feature in enumerate(features):
            colour = to_hex(tint(SERIES[feature // size % len(SERIES)], 0.55))
            board.cell(left + column, length - position, str(feature), colour)


@picture
def multi_head_diagram() -> tuple[Figure, str]:
    """Multi-head attention as a flow of data, with the shape of each step."""
    board = Board(15.2, 5.4, inches=10.5)
    for y, name, colour in ((4.2, "query", QUERY), (2.7, "key", KEY), (1.2, "value", VALUE)):
        board.box(0.95, y, name, colour, width=1.3)
        board.box(3.2, y, f"{name}_proj", OPERATION, width=1.9)
        board.box(5.8, y, "split_heads", OPERATION, width=1.9)
        board.arrow((1.6, y), (2.25, y), colour=colour)
        board.arrow((4.15, y), (4.85, y), colour=colour)
        board.arrow((6.75, y), (7.6, y), colour=colour)
    for card in (2, 1, 0):
        board.box(8.75 + 0.16 * card, 2.7 + 0.16 * card, "", WEIGHT, width=2.3, height=3.8)
    board.label(8.75, 2.7, "scaled\ndot-product\nattention\nin each head", fontsize=10)
    board.box(11.6, 2.7, "merge_heads", OPERATION, width=1.9)
    board.box(14.0, 2.7, "out_proj", OPERATION, width=1.5)
    board.arrow((10.22, 2.7), (10.65, 2.7))
    board.arrow((12.55, 2.7), (13.25, 2.7))
    board.arrow((14.0, 3.1), (14.0, 3.9))
    board.label(14.0, 4.2, "output\n$(B, L_q, D)$")
    board.label(11.6, 2.0, "$(B, L_q, D)$")
    for y, length in ((3.55, "q"), (2.05, "k"), (0.55, "k")):
        board.label(0.95, y, f"$(B, L_{length}, D)$")
        board.label(5.8, y, f"$(B, H, L_{length}, D/H)$")
    board.label(8.9, 0.35, "weights  $(B, H, L_q, L_k)$")
    alt = """Data flow of multi-head attention. Query, key and value, of shape (B, L, D), each pass through a
    linear projection of their own (query_proj, key_proj, value_proj) and are split into heads of shape
    (B, H, L, D/H). Every head does scaled dot-product attention, with weights of shape (B, H, L_q, L_k). The
    heads are merged to (B, L_q, D), and a last projection, out_proj, mixes them into the output."""
    return board.figure, alt


@picture
def scale_effect(
    attention_scores: Callable[[Tensor, Tensor], Tensor],
    attention_weights: Callable[[Tensor], Tensor],
    dimensions: Sequence[int] = (4, 16, 64, 256, 1024),
) -> tuple[Figure, str]:
    """What dividing the scores by the square root of d_k does to the weights, by the functions given.

    Left: the entropy of the weights of random queries over 16 keys as d_k grows, with and without the
    division. Right: the weights of one query at the largest d_k.
    """
    with_scale, without = zip(
        *(_weights_by_scale(attention_scores, attention_weights, size) for size in dimensions), strict=True
    )
    figure = new_figure(10.5, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    lines = [[_entropy(weights) for weights in many] for many in (with_scale, without)]
    for (name, colour, marker), line in zip(_SCALES, lines, strict=True):
        left.plot(dimensions, line, color=colour, marker=marker, label=name)
    left.axhline(log(16), color=OPERATION, linestyle=":", label="the same weight for all 16 keys")
    left.set_xscale("log", base=2)
    left.set_xticks(dimensions, [str(size) for size in dimensions])
    left.minorticks_off()
    left.set(xlabel="$d_k$", ylabel="entropy of the weights (nats)", ylim=(0, log(16) * 1.12))
    figure.legend(handles=left.get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    for shift, many, (name, colour, _) in ((-0.2, with_scale, _SCALES[0]), (0.2, without, _SCALES[1])):
        right.bar(np.arange(16) + shift, many[-1][0], 0.4, color=colour, label=name)
    right.set(xlabel="key", ylabel="weight", title=f"one query, $d_k$ = {dimensions[-1]}", ylim=(0, 1.05))
    right.set_xticks(range(0, 16, 3))
    alt = f"""Entropy of the attention weights of random queries over 16 keys, for d_k from {dimensions[0]} to
    {dimensions[-1]}. With the division by the square root of d_k it goes from {lines[0][0]:.2f} to
    {lines[0][-1]:.2f} nats, without it from {lines[1][0]:.2f} to {lines[1][-1]:.2f}; equal weights would have
    {log(16):.2f}. Beside it the weights of one query at d_k = {dimensions[-1]}: the largest is
    {with_scale[-1][0].max():.2f} with the division and {without[-1][0].max():.2f} without."""
    return figure, alt


_SCALES = (("divided by $\\sqrt{d_k}$", QUERY, "o"), ("not divided", KEY, "s"))


def _weights_by_scale(
    attention_scores: Callable[[Tensor, Tensor], Tensor], attention_weights: Callable[[Tensor], Tensor], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of 64 random queries over 16 random keys, with the scores as given and multiplied back."""
    import torch

    random = torch.Generator().manual_seed(size)
    query = torch.randn(64, size, generator=random)
    key = torch.randn(16, size, generator=random)
    scores = attention_scores(query, key)
    return as_array(attention_weights(scores)), as_array(attention_weights(scores * size**0.5))


def _entropy(weights: np.ndarray) -> float:
    """The mean entropy of the rows, in nats."""
    return float(-(weights * np.log(np.maximum(weights, 1e-30))).sum(axis=-1).mean())
