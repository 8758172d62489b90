"""Lesson 04: the same deep network, trained without a norm and with it in either place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._threads import one_thread
from .style import FAINT, GRID, KEY, OPERATION, QUERY, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from torch import Tensor, nn

_SIZE = 16
_STEPS = 80


@picture
def train_with_and_without(
    add_and_norm: Callable[..., nn.Module], learning_rate: float = 1e-3, depth: int = 36
) -> tuple[Figure, str]:
    """The loss of a deep network while it is trained: no norm, post-norm, pre-norm, all else the same."""
    figure = new_figure(9.0, 4.0)
    axes = figure.subplots()
    said = []
    ways = (("no norm", OPERATION, ":", None), ("post-norm", KEY, "--", False), ("pre-norm", QUERY, "-", True))
    for name, colour, line, norm_first in ways:
        losses = _losses(add_and_norm, norm_first, learning_rate, depth)
        axes.plot(range(len(losses)), losses, color=colour, linestyle=line, linewidth=2, label=name)
        said.append(f"{name} begins at {losses[0]:.3g} and ends at {losses[-1]:.2g}")
    axes.axhline(1, color=FAINT, linewidth=1)
    axes.text(_STEPS, 1.08, "always say the mean", ha="right", va="bottom", fontsize=9, color=OPERATION)
    axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="loss", title=f"{depth} layers, learning rate {learning_rate:g}")
    axes.grid(axis="y", color=GRID)
    axes.legend(loc="upper right", ncols=3)
    alt = f"""The loss against the training step for {depth} layers with residual connections, from the same
    weights, at a learning rate of {learning_rate:g}: {"; ".join(said)}. Whoever always says the mean has a loss of
    1."""
    return figure, alt


@one_thread()
def _losses(
    add_and_norm: Callable[..., nn.Module], norm_first: bool | None, learning_rate: float, depth: int
) -> np.ndarray:
    """The loss of every step; norm_first is None where there is no norm at all."""
    import torch
    from torch import nn

    x, wanted = _task()
    sublayers = random_sublayers(depth, _SIZE, seed=0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        connections = [] if norm_first is None else [add_and_norm(_SIZE, norm_first=norm_first) for _ in sublayers]
        last = nn.LayerNorm(_SIZE) if norm_first else nn.Identity()
        head = nn.Linear(_SIZE, 1)
    modules = [*sublayers, *connections, last, head]
    optimizer = torch.optim.AdamW([weight for module in modules for weight in module.parameters()], learning_rate)
    losses = []
    for _ in range(_STEPS):
        h = x
        for number, sublayer in enumerate(sublayers):
            h = connections[number](h, sublayer) if connections else h + sublayer(h)
        loss = (head(last(h)) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


def _task() -> tuple[Tensor, Tensor]:
    """Vectors, and a number to be computed from each: brought to mean 0 and variance 1, so the mean costs 1."""
    import torch

    x = torch.randn(128, _SIZE, generator=torch.Generator().manual_seed(3))
    wanted = torch.sin(2 * x[:, :1]) + x[:, 1:2] * x[:, 2:3]
    return x, (wanted - wanted.mean()) / wanted.std(unbiased=False)


def random_sublayers(count: int, size: int, seed: int) -> list[nn.Module]:
    """Feed-forward networks as they are before training (Glorot's initialisation)."""
    import torch
    from torch import nn

    generator = torch.Generator().manual_seed(seed)
    made: list[nn.Module] = []
    for _ in range(count):
        wide, narrow = (nn.utils.skip_init(nn.Linear, *shape) for shape in ((size, 4 * size), (4 * size, size)))
        with torch.no_grad():
            for linear in (wide, narrow):
                spread = (2 / (5 * size)) ** 0.5
                linear.weight.copy_(torch.randn(linear.weight.shape, generator=generator) * spread)
                linear.bias.zero_()
        made.append(nn.Sequential(wide, nn.ReLU(), narrow))
    return made
