"""Lesson 04: which numbers a layer norm looks at, what it does to them, and where it stands in a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .norm_training import random_sublayers
from .norm_training import train_with_and_without as train_with_and_without
from .style import (
    FAINT,
    GRID,
    KEY,
    OPERATION,
    QUERY,
    SERIES,
    VALUE,
    WEIGHT,
    Board,
    as_array,
    new_figure,
    picture,
    tint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure
    from torch import Tensor, nn


@picture
def rows_diagram() -> tuple[Figure, str]:
    """Which entries share a mean and a variance: those of one position, whatever its neighbours hold."""
    from matplotlib.colors import to_hex

    board = Board(14.2, 5.0, inches=10.5)
    for sequence in range(2):
        left = 1.9 + 6.6 * sequence
        board.label(left + 2.5, 4.65, f"sequence {sequence}", fontsize=11)
        for position in range(3):
            chosen = sequence == 0 and position == 1
            colour = to_hex(tint(SERIES[(3 * sequence + position) % 6], 0.75 if chosen else 0.4))
            for feature in range(5):
                board.cell(left + feature, 3.3 - position, "", colour)
            if sequence == 0:
                board.label(left - 1.0, 3.8 - position, f"position {position}")
        board.axes.plot([left, left + 5], [1.05, 1.05], color=OPERATION, linewidth=1.2)
        board.label(left + 2.5, 0.75, "features:  $D$ of them")
    board.axes.plot([1.9, 6.9, 6.9, 1.9, 1.9], [2.3, 2.3, 3.3, 3.3, 2.3], color=SERIES[1], linewidth=3, zorder=5)
    board.label(
        7.1,
        0.2,
        "One colour, one mean $\\mu$ and one variance $\\sigma^2$. "
        "Those of the framed row come from its own $D$ numbers.",
        fontsize=10,
    )
    alt = """A batch of two sequences of three positions with five features each. Every position, a row of five
    numbers, has a colour of its own: layer norm computes one mean and one variance for each row. Neither the
    other positions nor the other sequences take part."""
    return board.figure, alt


@picture
def before_and_after(layer_norm: Callable[..., Tensor], size: int = 512) -> tuple[Figure, str]:
    """The features of three positions of very different sizes, before and after the norm."""
    import torch

    generator = torch.Generator().manual_seed(4)
    means, scales = torch.tensor([[-6.0], [1.0], [8.0]]), torch.tensor([[2.5], [0.4], [1.2]])
    x = means + scales * torch.randn(3, size, generator=generator)
    y = layer_norm(x, torch.ones(size), torch.zeros(size))
    z = layer_norm(x, torch.full((size,), 0.5), torch.full((size,), 2.0))
    stages = [as_array(stage) for stage in (x, y, z)]
    titles = (
        "before",
        "after, with $\\gamma = 1$, $\\beta = 0$",
        "after, with $\\gamma = 0.5$, $\\beta = 2$",
    )
    figure = new_figure(10.5, 3.6)
    grid = figure.subplots(1, 3)
    styles = tuple(zip((QUERY, KEY, VALUE), ("-", "--", ":"), strict=True))
    for axes, stage, title in zip(grid, stages, titles, strict=True):
        low, high = (-14.0, 12.0) if axes is grid[0] else (-4.0, 4.0)
        bins = np.linspace(low, high, 53 if axes is grid[0] else 33)
        for position, (colour, line) in enumerate(styles):
            counts, edges = np.histogram(stage[position], bins)
            axes.stairs(counts, edges, color=colour, linestyle=line, linewidth=1.8, label=f"position {position}")
        axes.set(title=title, xlabel="value of a feature", yticks=[], ylim=(0, None))
    grid[0].set_ylabel("how many features")
    figure.legend(handles=grid[0].get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    said = [
        "; ".join(
            f"position {n} has mean {row.mean().round(1) + 0.0:.1f} and deviation {row.std():.1f}"
            for n, row in enumerate(s)
        )
        for s in stages
    ]
    alt = f"""Histograms of the features of three positions. Before: {said[0]}. After the norm with gamma 1 and
    beta 0: {said[1]}. With gamma 0.5 and beta 2: {said[2]}."""
    return figure, alt


@picture
def effect_of_eps(
    layer_norm: Callable[..., Tensor], choices: Sequence[float] = (1e-1, 1e-5, 1e-12)
) -> tuple[Figure, str]:
    """How much a position varies after the norm, against how much it varied before, for several eps."""
    import torch

    size = 256
    unit = torch.randn(size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    unit = (unit - unit.mean()) / unit.std(unbiased=False)
    before = np.logspace(-8, 2, 101)
    one, zero = torch.ones(size, dtype=torch.float64), torch.zeros(size, dtype=torch.float64)
    figure = new_figure(9.0, 4.0)
    axes = figure.subplots()
    said = []
    for eps, colour, line in zip(choices, (KEY, QUERY, VALUE), ("--", "-", ":"), strict=False):
        after = [as_array(layer_norm(float(s) * unit, one, zero, eps)).std() for s in before]
        axes.plot(
            before,
            after,
            color=colour,
            linestyle=line,
            linewidth=2,
            label=f"$\\varepsilon = 10^{{{np.log10(eps):.0f}}}$",
        )
        axes.axvline(eps**0.5, color=colour, linewidth=0.8, alpha=0.6)
        reached = next((f"{s:.0e}" for s, a in zip(before, after, strict=True) if a > 0.5), "none of these")
        said.append(f"with eps {eps:g} it passes one half where the deviation before is {reached}")
    axes.set_xscale("log")
    axes.set(
        xlabel="standard deviation before",
        ylabel="standard deviation after",
        ylim=(-0.03, 1.1),
    )
    axes.grid(axis="y", color=GRID)
    axes.legend(loc="center right", title="thin line: $\\sqrt{\\varepsilon}$")
    alt = f"""The standard deviation of a position after the norm against its standard deviation before, from
    1e-8 to 100: {"; ".join(said)}. Thin lines mark the square root of each eps."""
    return figure, alt


@picture
def order_diagram() -> tuple[Figure, str]:
    """Post-norm and pre-norm: the norm behind the addition, or before the sublayer."""
    board = Board(14.2, 5.0, inches=10.5)
    board.label(0.2, 4.65, "post-norm  (norm_first=False)", fontsize=11, fontweight="bold", ha="left")
    _flow(board, 3.1, ("sublayer", "dropout", "+", "norm"))
    board.label(0.2, 2.15, "pre-norm  (norm_first=True)", fontsize=11, fontweight="bold", ha="left")
    _flow(board, 0.6, ("norm", "sublayer", "dropout", "+"))
    alt = """Two orders of the same four steps. Post-norm: x goes through the sublayer and dropout, x itself is
    added, and the sum goes through the norm. Pre-norm: x goes through the norm, the sublayer and dropout, and
    then x itself, not normalised, is added; nothing stands on the way of x from the input to the output."""
    return board.figure, alt


def _flow(board: Board, y: float, steps: Sequence[str]) -> None:
    """The steps in a row, and the skip connection from the start to the addition."""
    colours = {"sublayer": WEIGHT, "dropout": OPERATION, "norm": VALUE}
    board.label(0.6, y, "$x$", fontsize=13)
    x = 1.0
    for number, step in enumerate(steps):
        gap, width = (1.4 if number == 0 else 0.9), (0.6 if step == "+" else 2.1)
        centre = x + gap + width / 2
        board.arrow((x, y), (x + gap, y))
        if step == "+":
            board.plus(centre, y, QUERY)
            board.arrow((1.7, y), (1.7, y + 0.85), (centre, y + 0.85), (centre, y + 0.3), colour=QUERY)
        else:
            board.box(centre, y, step, colours[step], width=width)
        x += gap + width
    board.arrow((x, y), (x + 1.0, y))
    board.label(x + 1.4, y, "$y$", fontsize=13)


@picture
def pre_and_post(add_and_norm: Callable[..., nn.Module], depth: int = 48) -> tuple[Figure, str]:
    """The size of the vectors, and of the gradient, layer by layer: no norm, post-norm, pre-norm."""
    size = 32
    sublayers = random_sublayers(depth, size, seed=0)
    ways = (
        ("no norm, $x + f(x)$", OPERATION, ":", lambda x, f: x + f(x)),
        ("post-norm", KEY, "--", lambda x, f: add_and_norm(size)(x, f)),
        ("pre-norm", QUERY, "-", lambda x, f: add_and_norm(size, norm_first=True)(x, f)),
    )
    figure = new_figure(10.5, 3.9)
    left, right = figure.subplots(1, 2)
    said = []
    for name, colour, line, step in ways:
        sizes, gradients = _sizes_and_gradients(step, sublayers, size)
        left.plot(range(depth + 1), sizes, color=colour, linestyle=line, linewidth=2, label=name)
        right.plot(range(depth + 1), gradients, color=colour, linestyle=line, linewidth=2)
        said.append(
            f"{name.split(',')[0]}: the size goes from {sizes[0]:.1f} to {sizes[-1]:.1f}, and the gradient at the "
            f"input is {gradients[0]:.1f} times that at the output"
        )
    left.set(title="size of the vectors (root mean square)", xlabel="after how many layers")
    right.set(title="gradient, relative to the output's", xlabel="before which layer")
    for axes in (left, right):
        axes.set_yscale("log")
        axes.grid(axis="y", color=GRID)
        axes.set_xticks(range(0, depth + 1, 8))
        axes.axhline(1, color=FAINT, linewidth=0.8, zorder=0)
    figure.legend(handles=left.get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    alt = f"""Vectors and gradients in {depth} layers with random weights. {". ".join(said)}."""
    return figure, alt


def _sizes_and_gradients(
    step: Callable[[Tensor, nn.Module], Tensor], sublayers: Sequence[nn.Module], size: int
) -> tuple[list[float], list[float]]:
    """After 0, 1, … layers: the root mean square of the vectors, and the gradient relative to the last."""
    import torch

    generator = torch.Generator().manual_seed(8)
    stream = [torch.randn(64, size, generator=generator).requires_grad_()]
    for sublayer in sublayers:
        stream.append(step(stream[-1], sublayer))
    cotangent = torch.randn(64, size, generator=generator)
    gradients = torch.autograd.grad(stream[-1], stream, cotangent)
    sizes = [float(x.detach().square().mean().sqrt()) for x in stream]
    return sizes, [float(gradient.norm() / cotangent.norm()) for gradient in gradients]
