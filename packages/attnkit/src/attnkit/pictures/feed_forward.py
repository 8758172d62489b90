"""Lesson 05: the bend of an activation, and what a network at every position adds to attention."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .._threads import one_thread
from .style import (
    FAINT,
    KEY,
    OPERATION,
    QUERY,
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


@picture
def feed_forward_diagram() -> tuple[Figure, str]:
    """The network as a flow of data: three positions, each on a path of its own, and the same weights."""
    board = Board(15.2, 5.6, inches=10.5)
    steps = (
        (1.2, "", QUERY, 1.5),
        (4.1, "linear_in", OPERATION, 1.9),
        (7.0, "relu or gelu", WEIGHT, 1.9),
        (10.0, "linear_out", OPERATION, 1.9),
        (13.3, "", VALUE, 1.5),
    )
    for row, y in enumerate((4.3, 3.1, 1.9)):
        for x, name, colour, width in steps:
            board.box(x, y, name or (f"position {row}"), colour, width=width)
        for (start, _, _, before), (end, _, _, after) in pairwise(steps):
            board.arrow((start + before / 2, y), (end - after / 2, y))
    board.label(1.2, 5.2, "x:  $(B, L, D)$", fontsize=10)
    board.label(5.6, 5.2, "wide:  $(B, L, F)$", fontsize=10)
    board.label(8.5, 5.2, "bent, dropped:  $(B, L, F)$", fontsize=10)
    board.label(13.3, 5.2, "result:  $(B, L, D)$", fontsize=10)
    for x in (4.1, 10.0):
        board.bracket(x - 0.95, x + 0.95, 1.0, "the same weights for all")
    board.label(13.3, 0.9, "no arrow crosses\nfrom row to row", color=OPERATION)
    alt = """Data flow of the feed-forward network for three positions, one row for each. In every row
    the vector of the position, of D features, goes through linear_in to F features, through the
    activation, ReLU or GELU, after which dropout acts, and through linear_out back to D features. The
    weights are the same in all rows, and no arrow leads from one row to another."""
    return board.figure, alt


@picture
def bends(gelu: Callable[[Tensor], Tensor]) -> tuple[Figure, str]:
    """The GELU given and the ReLU, beside the slopes of both."""
    import torch

    x = torch.linspace(-4, 4, 401, dtype=torch.float64)
    step = 1e-4
    curve, rise = as_array(gelu(x)), as_array(gelu(x + step)) - as_array(gelu(x - step))
    points = as_array(x)
    shown = (
        ("ReLU", KEY, "--", np.maximum(points, 0), np.where(points == 0, np.nan, points > 0)),
        ("your GELU", QUERY, "-", curve, rise / (2 * step)),
    )
    figure = new_figure(10.5, 3.6)
    left, right = figure.subplots(1, 2)
    for name, colour, line, values, slope in shown:
        left.plot(points, values, color=colour, linestyle=line, linewidth=2, label=name)
        right.plot(points, slope, color=colour, linestyle=line, linewidth=2)
    left.set(title="value", xlabel="$x$", ylim=(-0.6, 4))
    right.set(title="slope", xlabel="$x$", ylim=(-0.3, 1.3))
    for axes in (left, right):
        axes.axhline(0, color=FAINT, linewidth=1, zorder=0)
        axes.axvline(0, color=FAINT, linewidth=1, zorder=0)
    left.legend(loc="upper left")
    low = curve.argmin()
    slopes = rise / (2 * step)
    alt = f"""Left, the ReLU and your GELU from -4 to 4. Your GELU is {curve[-1]:.2f} at 4 and
    {curve[0]:.2f} at -4; its lowest value is {curve[low]:.2f}, at x = {points[low]:.2f}. Right, their
    slopes: the ReLU's jumps from 0 to 1 at 0, your GELU's is {slopes[200]:.2f} there, and goes from
    {slopes.min():.2f} to {slopes.max():.2f} without a jump."""
    return figure, alt


@picture
def beyond_attention(feed_forward: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """The best that attention, and the network given, learn of sin 2x on sequences of one number."""
    x, wanted = _task()
    attention = _attention()
    learnt = (
        ("attention alone", KEY, _learn(lambda x: attention(x, x, x)[0], attention, x, wanted)),
        ("your network, ReLU", QUERY, _fit(feed_forward, 16, "relu", x, wanted)),
        ("your network, GELU", WEIGHT, _fit(feed_forward, 16, "gelu", x, wanted)),
    )
    figure, errors = _curves(x, wanted, learnt)
    alt = f"""Three attempts to learn sin 2x for x from -2.5 to 2.5. Attention on a sequence of one
    number makes a straight line, at a root mean square distance of {errors[0]:.2f} from the curve. Your
    network with 16 hidden features comes as close as {errors[1]:.2f} with the ReLU, in straight pieces,
    and {errors[2]:.2f} with the GELU, smoothly."""
    return figure, alt


@picture
def width(feed_forward: Callable[..., nn.Module], sizes: tuple[int, ...] = (2, 6, 32)) -> tuple[Figure, str]:
    """The same task, learnt by networks of different width, with the places where they bend."""
    x, wanted = _task()
    learnt = [(f"$d_{{ff}}$ = {size}", QUERY, _fit(feed_forward, size, "relu", x, wanted)) for size in sizes]
    figure, errors = _curves(x, wanted, learnt)
    said = ", ".join(f"{error:.2f} with {size}" for size, error in zip(sizes, errors, strict=True))
    alt = f"""Your network with the ReLU, trained on sin 2x, for different numbers of hidden features.
    The more features, the more straight pieces, and the closer it comes: the root mean square distance
    from the curve is {said} hidden features."""
    return figure, alt


@picture
def alone(feed_forward: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """Which output moves with which input, in attention and in the network given."""
    import torch

    from .encoder import randomised, sensitivity

    length, features = 5, 16
    x = torch.randn(16, length, features, generator=torch.Generator().manual_seed(2))
    attention = randomised(_attention(features, 4), seed=1)
    network = randomised(feed_forward(features, 4 * features), seed=1)
    maps = sensitivity(lambda x: attention(x, x, x)[0], x), sensitivity(network, x)
    figure = new_figure(8.0, 3.7)
    grid = figure.subplots(1, 2)
    top = max(matrix.max() for matrix in maps)
    for axes, matrix, title in zip(grid, maps, ("attention", "your network"), strict=True):
        image = cells(axes, matrix, 0.0, top, digits=1)
        axes.set(title=title, xlabel="changed input  $j$", xticks=range(length), yticks=range(length))
    grid[0].set_ylabel("output  $i$")
    figure.colorbar(image, ax=grid, label="how far output $i$ moves").outline.set_visible(False)
    off = ~np.eye(length, dtype=bool)
    alt = f"""How far the output at position i moves when the input at position j changes, with random
    weights. In attention every input moves every output, by at least {maps[0].min():.2f}. In your
    network an output moves with its own input, by at least {maps[1][~off].min():.2f}, and with the
    others by at most {maps[1][off].max():.2f}."""
    return figure, alt


def _attention(features: int = 1, heads: int = 1) -> nn.Module:
    from .. import parts

    return parts.MultiHeadAttention(features, heads)


def _task() -> tuple[Tensor, Tensor]:
    """Sequences of one position with one number, ``(200, 1, 1)``, and what is wanted of each."""
    import torch

    x = torch.linspace(-2.5, 2.5, 200)[:, None, None]
    return x, torch.sin(2 * x)


def _fit(feed_forward: Callable[..., nn.Module], size: int, activation: str, x: Tensor, wanted: Tensor) -> Tensor:
    network = feed_forward(1, size, activation=activation)
    return _learn(network, network, x, wanted)


_STEPS = 600


@one_thread()
def _learn(run: Callable[[Tensor], Tensor], module: nn.Module, x: Tensor, wanted: Tensor) -> Tensor:
    """What ``run`` gives for ``x`` once its module was trained for a moment, always from the same start."""
    import torch

    random = torch.Generator().manual_seed(0)
    weights = list(module.parameters())
    with torch.no_grad():
        for weight in weights:
            size = 1.5 if weight.dim() == 1 else weight.shape[-1] ** -0.5
            weight.copy_(size * torch.randn(weight.shape, generator=random))
    # Adam (Kingma and Ba 2014, algorithm 1), in short: torch.optim takes seconds to load.
    mean, square = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights]
    for step in range(1, _STEPS + 1):
        slopes = torch.autograd.grad((run(x) - wanted).square().mean(), weights, allow_unused=True)
        with torch.no_grad():
            for weight, slope, m, s in zip(weights, slopes, mean, square, strict=True):
                if slope is None:
                    continue
                m.lerp_(slope, 0.1)
                s.lerp_(slope.square(), 0.01)
                weight.sub_(0.03 * (m / (1 - 0.9**step)) / ((s / (1 - 0.99**step)).sqrt() + 1e-8))
    with torch.no_grad():
        return run(x)


def _curves(x: Tensor, wanted: Tensor, learnt: Sequence[tuple[str, str, Tensor]]) -> tuple[Figure, list[float]]:
    """A panel for each of what was learnt, on top of what was wanted; and how far apart the two are."""
    points, target = as_array(x).ravel(), as_array(wanted).ravel()
    lines = [as_array(y).ravel() for _, _, y in learnt]
    errors = [float(np.sqrt(np.mean((line - target) ** 2))) for line in lines]
    figure = new_figure(10.5, 3.3)
    (grid,) = figure.subplots(1, len(learnt), sharey=True, squeeze=False)
    for axes, (name, colour, _), line, error in zip(grid, learnt, lines, errors, strict=True):
        _panel(axes, points, target, line, colour)
        axes.set(title=name, xlabel=f"$x$\nroot mean square error: {error:.2f}")
    handles = grid[-1].get_legend_handles_labels()[0]
    figure.legend(handles=handles[:1], loc="outside upper right")
    return figure, errors


def _panel(axes: Axes, points: np.ndarray, target: np.ndarray, y: np.ndarray, colour: str) -> None:
    axes.plot(points, target, color=OPERATION, linestyle=":", linewidth=2, label=r"wanted:  $\sin\, 2x$")
    axes.plot(points, y, color=colour, linewidth=2)
    axes.set(xlim=(-2.6, 2.6), ylim=(-1.6, 1.6))
