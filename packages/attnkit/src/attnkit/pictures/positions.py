"""Lesson 11: the whole model on a task that is about order, with its positions and without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from .. import parts
from .._threads import one_thread
from .style import GRID, INK, OPERATION, QUERY, RED, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor

_STEPS = 250
_LETTERS = "abcdefghij"
_FIRST = 3  # the number of the first letter: 0 to 2 are padding, start and end
_LENGTH = 5


@picture
def without_positions(transformer: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """Two models of the class given learn to write five letters backwards: one of them knows no positions."""
    seen, blind = _made(transformer), _made(transformer)
    if not _take_positions(blind):
        figure = new_figure(8.0, 1.2)
        none = "No parts.PositionalEncoding was found in this model, so there is none to take away."
        figure.text(0.5, 0.5, none, ha="center")
        return figure, none
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    sources, targets = _pairs(200, seed=1)
    said, rows = [], []
    runs = (("with positions", QUERY, "-", seen), ("without", RED, "--", blind))
    for name, colour, line, model in runs:
        left.plot(_train(model), color=colour, linestyle=line, linewidth=2, label=name)
        answers = _write(model, sources)
        right_order = int((answers == targets).all(1).sum())
        right_letters = int((answers.sort(1).values == targets.sort(1).values).all(1).sum())
        rows.append((name, right_order, right_letters, [_word(answer) for answer in answers[:4]]))
        said.append(f"{name}, {right_order} of 200 words come out reversed, and {right_letters} with the right letters")
    left.set(xlabel="step", ylabel="loss per letter", title="learning to write a word backwards", ylim=(0, None))
    left.grid(axis="y", color=GRID)
    left.legend(loc="upper right")
    _table(right, [_word(source) for source in sources[:4]], rows)
    alt = f"""The loss while two models learn to write five letters backwards, and what they make of new words:
    {"; ".join(said)}."""
    return figure, alt


def _table(axes: Axes, sources: list[str], rows: list[tuple[str, int, int, list[str]]]) -> None:
    """New words, what each model made of them, and how many of 200 were right."""
    axes.set_axis_off()
    axes.set(xlim=(0, 3), ylim=(-6.4, 1.0))
    columns = [(OPERATION, "read", [*sources, "", "in order:", "letters:"])]
    for (name, order, letters, words), colour in zip(rows, (QUERY, RED), strict=True):
        columns.append((colour, name, [*words, "", f"{order} of 200", f"{letters} of 200"]))
    for column, (colour, title, lines) in enumerate(columns):
        axes.text(column + 0.5, 0.4, title, ha="center", fontweight="bold", color=colour)
        for number, text in enumerate(lines):
            axes.text(column + 0.5, -0.6 - 0.8 * number, text, ha="center", color=INK)


def _made(transformer: Callable[..., nn.Module]) -> nn.Module:
    size = _FIRST + len(_LETTERS)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return transformer(size, size, 32, 2, 64, 1, 16)


def _take_positions(model: nn.Module) -> int:
    """Put a module that changes nothing in the place of each positional encoding; return how many there were."""
    found = 0
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, parts.PositionalEncoding):
                setattr(module, name, nn.Identity())
                found += 1
    return found


def _pairs(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random words, and the same words backwards."""
    size = _FIRST + len(_LETTERS)
    words = torch.randint(_FIRST, size, (count, _LENGTH), generator=torch.Generator().manual_seed(seed))
    return words, words.flip(1)


@one_thread()
def _train(model: nn.Module) -> list[float]:
    """Teach the model, and return the loss of every step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    words, backwards = _pairs(32 * _STEPS, seed=0)
    losses = []
    for source, target in zip(words.split(32), backwards.split(32), strict=True):
        start = torch.ones(len(target), 1, dtype=torch.long)
        logits = model(source, torch.cat([start, target[:, :-1]], dim=1))
        loss = functional.cross_entropy(logits.flatten(0, 1), target.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


@one_thread()
def _write(model: nn.Module, source: Tensor) -> Tensor:
    """What the model writes, letter by letter, always the best one."""
    written = torch.ones(len(source), 1, dtype=torch.long)
    with torch.no_grad():
        for _ in range(_LENGTH):
            logits = model(source, written)[:, -1, _FIRST:]
            written = torch.cat([written, logits.argmax(-1, keepdim=True) + _FIRST], dim=1)
    return written[:, 1:]


def _word(tokens: Tensor) -> str:
    return "".join(_LETTERS[token - _FIRST] for token in tokens)
