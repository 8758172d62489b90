"""Lesson 10: from a hidden vector to the next word, and what the temperature and a tied weight do."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .style import (
    FAINT,
    GREEN,
    INK,
    KEY,
    OPERATION,
    QUERY,
    RED,
    VALUE,
    WEIGHT,
    Board,
    as_array,
    new_figure,
    of_shape,
    picture,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import nn

    from .._interfaces import Head

# Directions in the plane, in degrees, and lengths: words that mean similar things lie close together.
WORDS = {"cat": (65, 1.9), "dog": (40, 2.0), "car": (-25, 1.9), "bus": (-52, 1.8), "rain": (160, 1.7)}
HIDDEN = {"$h_1$: “I stroked the …”": (55, 1.6), "$h_2$: “I missed the …”": (-39, 1.6)}
PROMPT = "is"


@picture
def output_diagram() -> tuple[Figure, str]:
    """The two last steps of a language model, with the weight that may be shared with the first."""
    board = Board(14.6, 4.8, inches=10.5)
    steps = (
        (1.3, "embedding", KEY, "words $(B, L)$"),
        (4.4, "the layers", OPERATION, "$(B, L, D)$"),
        (7.5, "Linear", WEIGHT, "hidden $(B, L, D)$"),
        (10.4, "÷ T", OPERATION, "logits $(B, L, V)$"),
        (13.2, "Softmax", WEIGHT, ""),
    )
    for x, name, colour, _ in steps:
        board.box(x, 2.2, name, colour, width=1.8)
    for (left, *_), (right, *_) in pairwise(steps):
        board.arrow((left + 0.9, 2.2), (right - 0.9, 2.2))
    board.arrow((1.3, 0.9), (1.3, 1.8))
    board.label(1.3, 0.6, "words  $(B, L)$")
    board.label(2.85, 1.85, "$(B, L, D)$")
    board.label(5.95, 1.85, "$(B, L, D)$")
    board.label(5.95, 2.5, "hidden")
    board.label(8.95, 1.85, "$(B, L, V)$")
    board.label(8.95, 2.5, "logits")
    board.arrow((13.2, 1.8), (13.2, 0.95))
    board.label(13.2, 0.6, "probabilities  $(B, L, V)$")
    board.arrow((1.3, 2.6), (1.3, 3.7), (7.5, 3.7), (7.5, 2.65), colour=KEY)
    board.label(4.4, 4.05, "the same weight $(V, D)$, where the two are tied")
    board.bracket(6.6, 14.1, 1.45, "this lesson")
    alt = """Data flow of a language model. Words of shape (B, L) pass through the embedding and the layers to
    hidden states of shape (B, L, D). A linear layer turns them into logits of shape (B, L, V), which are
    divided by the temperature T, and the softmax turns these into probabilities of the same shape. An arrow
    leads from the embedding to the linear layer: both may have the same weight, of shape (V, D)."""
    return board.figure, alt


@picture
def linear_at_work(linear: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """Words and hidden vectors in the plane, and the logits that the layer given computes from them."""
    import torch

    rows, hidden = _vectors(WORDS.values()), _vectors(HIDDEN.values())
    layer = linear(2, len(WORDS), bias=False)
    layer.load_state_dict({"weight": torch.tensor(rows)})
    with torch.no_grad():
        logits = as_array(layer(torch.tensor(hidden)))
    figure = new_figure(10.5, 3.9)
    plane, bars = figure.subplots(1, 2, width_ratios=(1, 1.25))
    _arrows(plane, WORDS, rows, OPERATION, "-")
    colours = QUERY, KEY
    for name, vector, colour in zip(HIDDEN, hidden, colours, strict=True):
        _arrows(plane, [name.partition(":")[0]], [vector], colour, "--")
    plane.set(xlim=(-2.5, 2.9), ylim=(-2.1, 2.3), title="rows of the weight, and two hidden vectors (dashed)")
    plane.set_aspect("equal")
    plane.set_axis_off()
    for shift, name, row, colour in zip((-0.2, 0.2), HIDDEN, logits, colours, strict=True):
        bars.bar(np.arange(len(WORDS)) + shift, row, 0.38, color=colour, label=name)
    bars.axhline(0, color=FAINT, linewidth=1)
    bars.set_xticks(range(len(WORDS)), WORDS)
    bars.set(ylabel="logit", title="what your layer gives")
    bars.legend()
    words = list(WORDS)
    said = ". ".join(
        f"{name.partition(': ')[2]} has the logits {_pairs(words, row)}"
        for name, row in zip(HIDDEN, logits, strict=True)
    )
    alt = f"""Left: the vectors of the words {", ".join(words)} in the plane, similar words close together, and
    two hidden vectors. Right: the logits that the layer computes, high where the directions agree. {said}."""
    return figure, alt


@picture
def temperature_at_work(
    softmax: Callable[..., np.ndarray], temperatures: Sequence[float] = (0.1, 0.5, 1.0, 2.0, 10.0)
) -> tuple[Figure, str]:
    """A real distribution of next words from cold to hot, by the softmax given."""
    words, counts = _next_words(PROMPT, 10)
    rows = [softmax(np.log(counts), temperature=temperature) for temperature in temperatures]
    figure = new_figure(10.5, 4.2)
    (panels,) = figure.subplots(1, len(temperatures), sharey=True, squeeze=False)
    places = np.arange(len(words))
    for axes, temperature, row in zip(panels, temperatures, rows, strict=True):
        axes.barh(places, row, color=QUERY)
        if temperature == 1:
            axes.plot(counts / counts.sum(), places, "o", color=RED, label="frequency\nin the text")
            axes.legend(loc="lower right", handletextpad=0.2)
        kind = "cold" if temperature == min(temperatures) else "hot" if temperature == max(temperatures) else ""
        axes.set(title=f"T = {temperature:g}  {kind}".strip(), xlim=(0, 1), xlabel="probability")
        axes.set_xticks((0, 0.5, 1), ("0", "0.5", "1"))
        axes.tick_params(left=False)
    panels[0].set_yticks(places, words)
    panels[0].invert_yaxis()
    panels[0].set_ylabel(f"the word after “{PROMPT}”")
    said = "; ".join(
        f"at T = {temperature:g} “{words[row.argmax()]}” has {row.max():.2f} and “{words[row.argmin()]}” "
        f"{row.min():.2f}"
        for temperature, row in zip(temperatures, rows, strict=True)
    )
    alt = f"""Probabilities of the ten most frequent words after “{PROMPT}” in Python's help texts, at
    temperatures from cold to hot: {said}. At T = 1 they are the frequencies in the text."""
    return figure, alt


@picture
def log_softmax_limits(
    log_softmax: Callable[..., np.ndarray], softmax: Callable[..., np.ndarray]
) -> tuple[Figure, str]:
    """Where the logarithm of the softmax breaks, and the log-softmax given does not, in float32."""
    gaps = np.arange(0, 161, dtype=np.float32)
    logits = np.stack([np.zeros_like(gaps), -gaps], axis=-1)
    whole = log_softmax(logits)[:, 1]
    with np.errstate(divide="ignore"):
        naive = np.log(softmax(logits))[:, 1]
    finite = np.isfinite(naive)
    broken = f"−∞ from a gap of {gaps[~finite][0]:.0f} on" if not finite.all() else "finite throughout"
    figure = new_figure(10.5, 3.9)
    lines, table = figure.subplots(1, 2, width_ratios=(1.25, 1))
    lines.plot(gaps, whole, color=GREEN, linewidth=5, alpha=0.5, label="your log_softmax")
    lines.plot(gaps[finite], naive[finite], color=RED, linestyle="--", label=f"log(softmax): {broken}")
    if not finite.all():
        lines.plot(gaps[finite][-1], naive[finite][-1], "X", color=RED, markersize=10)
    lines.set(xlabel="how far the logit is below the other", ylabel="log-probability", title="float32")
    lines.legend(loc="lower left")
    shown = (10, 60, 100, 104, 1000)
    _number_table(table, [_broken_row(gap, log_softmax, softmax) for gap in shown])
    alt = f"""The log-probability of the less likely of two words against the gap between their logits, in
    float32. The log-softmax given goes from {whole[0]:.2f} to {whole[-1]:.2f}. The logarithm of the softmax
    is {broken.replace("−∞", "minus infinity")}. Beside it, numbers for gaps of {", ".join(map(str, shown))}."""
    return figure, alt


@picture
def weight_tying(output_head: Callable[..., Head]) -> tuple[Figure, str]:
    """What tying saves, and what it teaches: parameters, and the input vectors after a step at the output."""
    import torch
    from torch import nn

    vocab_size, d_model = 8000, 64
    counts = []
    for tie in (False, True):
        embedding = nn.Embedding(vocab_size, d_model)
        head = output_head(d_model, vocab_size, embedding if tie else None)
        counts.append(sum(p.numel() for p in _all(embedding, head)))
    words = [*WORDS]
    moved = []
    for tie in (False, True):
        embedding = nn.Embedding.from_pretrained(torch.tensor(_vectors(WORDS.values())), freeze=False)
        head = output_head(2, len(words), embedding if tie else None)
        before = embedding.weight.detach().clone()
        steps = torch.optim.SGD(_all(embedding, head), lr=1.0)
        hidden = torch.tensor(_vectors(HIDDEN.values()))[None, :1]
        nn.functional.cross_entropy(head.logits(hidden)[0], torch.tensor([0])).backward()
        steps.step()
        moved.append(as_array((embedding.weight - before).norm(dim=-1)))
    figure = new_figure(10.5, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    bars = left.bar(("apart", "tied"), np.divide(counts, 1000), 0.55, color=(OPERATION, VALUE))
    left.bar_label(bars, [f"{count:,}" for count in counts])
    left.set(ylabel="parameters (thousands)", title=f"V = {vocab_size:,}, D = {d_model}")
    left.margins(y=0.12)
    for shift, row, name, colour in zip((-0.2, 0.2), moved, ("apart", "tied"), (OPERATION, VALUE), strict=True):
        marks = right.bar(np.arange(len(words)) + shift, row, 0.38, color=colour, label=name)
        right.bar_label(marks, [f"{distance:.2f}" for distance in row], fontsize=8)
    right.set_xticks(range(len(words)), words)
    right.set(ylabel="distance", title="how far one step moved the input vectors")
    right.margins(y=0.15)
    right.legend()
    alt = f"""Left: an embedding and a head for {vocab_size} words of {d_model} features have {counts[0]}
    parameters apart and {counts[1]} tied. Right: how far the input vectors moved in one step that taught the
    output to say “{words[0]}”. Apart: {_pairs(words, moved[0])}. Tied: {_pairs(words, moved[1])}."""
    return figure, alt


@picture
def compare_gradients(
    softmax: Callable[..., np.ndarray], gradient: Callable[[np.ndarray, int], np.ndarray]
) -> tuple[Figure, str]:
    """The gradient of −log p of the right word for the logits: by the formula given, and by autograd."""
    import torch

    words, right = ("cat", "dog", "car", "bus", "rain"), 1
    logits = np.array([2.0, 0.5, 1.0, -1.0, -3.0])
    by_hand = of_shape(gradient(logits, right), logits.shape, "your formula")
    traced = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.cross_entropy(traced, torch.tensor(right)).backward()
    by_autograd = as_array(traced.grad)
    apart = float(np.abs(by_hand - by_autograd).max())
    verdict = "the same, up to rounding" if apart < 1e-9 else f"up to {apart:.2g} apart"
    figure = new_figure(10.5, 3.4)
    left, side = figure.subplots(1, 2, width_ratios=(1, 1.5))
    left.bar(words, softmax(logits), 0.55, color=QUERY)
    left.set(ylabel="probability", ylim=(0, 1), title=f"what the model says; “{words[right]}” is right")
    for shift, row, name, colour in ((-0.2, by_hand, "formula", VALUE), (0.2, by_autograd, "autograd", OPERATION)):
        marks = side.bar(np.arange(len(words)) + shift, row, 0.38, color=colour, label=name)
        side.bar_label(marks, [f"{number:.2f}" for number in row], fontsize=8)
    side.axhline(0, color=FAINT, linewidth=1)
    side.set_xticks(range(len(words)), words)
    side.margins(y=0.15)
    side.set(ylabel="gradient for the logit", title=f"formula and autograd: {verdict}")
    side.legend()
    alt = f"""Left: the probabilities of the words {_pairs(words, softmax(logits))}, of which “{words[right]}” is
    the right one. Right: the gradient of the loss for each logit, by the formula: {_pairs(words, by_hand)}; by
    autograd: {_pairs(words, by_autograd)}. They are {verdict}."""
    return figure, alt


def _all(*modules: nn.Module | Head) -> list[nn.Parameter]:
    """The parameters of the modules, each once."""
    return list(dict.fromkeys(parameter for module in modules for parameter in module.parameters()))


def _vectors(polar: Iterable[tuple[float, float]]) -> np.ndarray:
    """Directions in degrees and lengths as vectors in the plane."""
    angle, length = np.asarray(list(polar), dtype=np.float32).T
    angle = np.deg2rad(angle)
    return np.stack([length * np.cos(angle), length * np.sin(angle)], axis=-1).astype(np.float32)


def _arrows(axes: Axes, names: Iterable[str], vectors: Iterable[np.ndarray], colour: str, line: str) -> None:
    for name, (x, y) in zip(names, vectors, strict=True):
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "linestyle": line, "shrinkA": 0}
        axes.annotate("", (x, y), (0, 0), arrowprops=style)
        axes.text(1.13 * x, 1.13 * y, name, ha="center", va="center", color=INK)


def _next_words(before: str, count: int) -> tuple[list[str], np.ndarray]:
    """The words that follow ``before`` most often in Python's own help texts, and how often."""
    from pydoc_data.topics import topics

    words = re.findall(r"[a-z]+", " ".join(topics.values()).lower())
    found = Counter(word for first, word in pairwise(words) if first == before).most_common(count)
    return [word for word, _ in found], np.array([number for _, number in found], dtype=float)


def _broken_row(
    gap: float, log_softmax: Callable[..., np.ndarray], softmax: Callable[..., np.ndarray]
) -> tuple[str, ...]:
    logits = np.array([0.0, -gap], dtype=np.float32)
    with np.errstate(divide="ignore"):
        p = softmax(logits)[1]
        naive = np.log(p)
    return f"{-gap:g}", f"{p:.2g}", f"{naive:.2f}", f"{log_softmax(logits)[1]:.2f}"


def _number_table(axes: Axes, rows: Sequence[Sequence[str]]) -> None:
    """Right-aligned columns of numbers; infinities stand out."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(-len(rows) - 0.2, 0.9))
    heads = "logit", "softmax", "log(softmax)", "log_softmax"
    for x, head in zip((0.14, 0.4, 0.7, 1.0), heads, strict=True):
        axes.text(x, 0.25, head, ha="right", fontweight="bold", fontsize=9)
    axes.plot((0, 1), (0, 0), color=FAINT)
    for number, row in enumerate(rows):
        for x, text in zip((0.14, 0.4, 0.7, 1.0), row, strict=True):
            infinite = "inf" in text
            axes.text(
                x,
                -number - 0.7,
                text.replace("inf", "∞").replace("-", "−"),
                ha="right",
                color=RED if infinite else INK,
                fontweight="bold" if infinite else "normal",
            )


def _pairs(names: Sequence[str], numbers: np.ndarray) -> str:
    return ", ".join(f"{name} {number:.2f}" for name, number in zip(names, numbers, strict=True))
