"""Lesson 03: what a skip connection is, what it keeps of the input, and what it does for the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import GRID, KEY, OPERATION, QUERY, WEIGHT, Board, as_array, cells, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.figure import Figure
    from torch import Tensor, nn


@picture
def residual_diagram() -> tuple[Figure, str]:
    """One sublayer with a skip connection, and what flows through it forwards and backwards."""
    board = Board(14.2, 4.6, inches=10.5)
    for y, name in ((3.1, "forward: values"), (0.9, "backward: gradients")):
        board.label(0.2, y + 1.15, name, fontsize=11, fontweight="bold", ha="left")
        board.box(5.4, y - 0.25, "sublayer", WEIGHT, width=2.2)
        board.box(8.7, y - 0.25, "dropout", OPERATION, width=1.8)
    forward, backward = 2.85, 0.65
    board.label(1.0, forward, "$x$", fontsize=13)
    board.arrow((1.4, forward), (4.3, forward))
    board.arrow((6.5, forward), (7.8, forward))
    board.arrow((9.6, forward), (11.0, forward))
    board.arrow((2.6, forward), (2.6, 3.75), (11.3, 3.75), (11.3, 3.15), colour=QUERY)
    board.label(6.9, 3.98, "the skip connection: $x$ as it is")
    board.plus(11.3, forward, OPERATION)
    board.arrow((11.6, forward), (12.5, forward))
    board.label(13.2, forward, "$x + f(x)$", fontsize=12)

    board.label(13.2, backward, r"$g$", fontsize=13)
    board.arrow((12.8, backward), (9.6, backward))
    board.arrow((7.8, backward), (6.5, backward))
    board.arrow((4.3, backward), (2.9, backward))
    board.arrow((11.3, backward), (11.3, 1.55), (2.6, 1.55), (2.6, 0.95), colour=KEY)
    board.label(6.9, 1.78, "$g$ as it is")
    board.label(5.4, 0.1, "may be made small here", color=OPERATION)
    board.plus(2.6, backward, OPERATION)
    board.arrow((2.3, backward), (1.9, backward))
    board.label(1.0, backward, r"$g + J^\top g$", fontsize=12)
    alt = """A residual connection. Forwards, x goes through the sublayer and dropout, and past them,
    unchanged, along the skip connection; the two are added: the output is x plus f(x). Backwards, the
    gradient g of the output takes both ways as well: through the sublayer, where it may be made small, and
    past it, unchanged. What arrives at the input is g plus the sublayer's own contribution."""
    return board.figure, alt


def random_layers(depth: int, size: int, seed: int) -> list[nn.Module]:
    """``depth`` layers as they are before any training, each a linear map and a tanh."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(seed)
    layers: list[nn.Module] = []
    for _ in range(depth):
        linear = nn.utils.skip_init(nn.Linear, size, size)
        with torch.no_grad():
            linear.weight.copy_(torch.randn(size, size, generator=generator) * 0.6 / size**0.5)
            linear.bias.copy_(torch.randn(size, generator=generator) * 0.3)
        layers.append(nn.Sequential(linear, nn.Tanh()))
    return layers


@picture
def what_is_kept(residual: Callable[..., nn.Module], depth: int = 30) -> tuple[Figure, str]:
    """How alike six different inputs are: at the start, after plain layers, and after residual ones."""
    import torch

    size = 32
    inputs = torch.randn(6, size, generator=torch.Generator().manual_seed(5))
    layers = random_layers(depth, size, seed=2)
    with torch.no_grad():
        plain = skipping = inputs
        for layer in layers:
            plain = layer(plain)
            skipping = residual(layer)(skipping)
    stages = [_cosines(x) for x in (inputs, plain, skipping)]
    after = f"after {depth} layers,"
    titles = "the six inputs", f"{after}\nwithout skip connections", f"{after}\nwith skip connections"
    figure = new_figure(10.5, 3.9)
    grid = figure.subplots(1, 3)
    for axes, stage, title in zip(grid, stages, titles, strict=True):
        image = cells(axes, stage.round(1) + 0.0, -1.0, 1.0, digits=1)
        axes.set(title=title, xlabel="input", xticks=range(6), yticks=range(6))
    grid[0].set_ylabel("input")
    figure.colorbar(image, ax=grid, label="cosine similarity").outline.set_visible(False)
    average = [_off_diagonal(stage) for stage in stages]
    alt = f"""How alike six random inputs are, as tables of cosine similarities. At the start two different
    inputs have a similarity of {average[0]:.2f} on average. After {depth} layers without skip connections it
    is {average[1]:.2f}: at 1, nobody can tell any more which input it was. After the same layers, each in
    your Residual, it is {average[2]:.2f}."""
    return figure, alt


def _cosines(x: Tensor) -> np.ndarray:
    unit = x / x.norm(dim=-1, keepdim=True)
    return as_array(unit @ unit.T)


def _off_diagonal(matrix: np.ndarray) -> float:
    return float(matrix[~np.eye(len(matrix), dtype=bool)].mean())


@picture
def gradient_by_depth(
    gradient_at_input: Callable[[Sequence[nn.Module], Tensor, bool], float],
    depths: Sequence[int] = (1, 2, 4, 8, 12, 16, 24, 32, 40),
) -> tuple[Figure, str]:
    """The gradient at the input against the number of layers, with and without skip connections."""
    import torch

    size = 32
    x = torch.randn(4, size, generator=torch.Generator().manual_seed(0))
    lines, stacks = {}, [random_layers(max(depths), size, seed) for seed in range(3)]
    for use_residual in (True, False):
        runs = [[gradient_at_input(layers[:depth], x, use_residual) for depth in depths] for layers in stacks]
        lines[use_residual] = np.exp(np.log(np.maximum(runs, 1e-45)).mean(axis=0))
    figure = new_figure(9.0, 4.2)
    axes = figure.subplots()
    styles = (True, "with skip connections", QUERY, "o"), (False, "without", KEY, "s")
    for use_residual, name, colour, marker in styles:
        axes.plot(depths, lines[use_residual], color=colour, marker=marker, label=name)
    axes.set_yscale("log")
    axes.set(xlabel="number of layers", ylabel="norm of the gradient at the input")
    axes.grid(axis="y", color=GRID)
    axes.legend()
    alt = f"""The norm of the gradient at the input of networks of {depths[0]} to {depths[-1]} layers, on a
    logarithmic scale. With skip connections it goes from {_say(lines[True][0])} to {_say(lines[True][-1])};
    without them from {_say(lines[False][0])} to {_say(lines[False][-1])}, so the first layers of a deep plain
    network learn nothing."""
    return figure, alt


def _say(number: float) -> str:
    return f"{number:.1f}" if 0.1 <= number < 1000 else f"{number:.0e}"
