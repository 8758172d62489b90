"""Lesson 07: what a mask that lets through one word too many does to the loss, and to what the model writes."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import numpy as np

from .._threads import one_thread
from .style import GRID, INK, OPERATION, QUERY, RED, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor, nn

_GROUPS = ("the", "a"), ("small", "old", "black"), ("cat", "dog", "bird"), ("sees", "hears", "follows")
_END = "."
_WORDS = (_END, *(word for group in _GROUPS for word in group))
_ORDER = 0, 1, 2, 3, 0, 1, 2  # a sentence takes a word from each of these groups, and ends
# Nobody can foresee which word of its group comes next: whoever knows the language perfectly has this loss.
_FLOOR = sum(log(len(_GROUPS[group])) for group in _ORDER) / (len(_ORDER) + 1)
_STEPS = 300
_FEATURES = 32


@picture
def train_with_a_leak(layer_class: Callable[[int, int], nn.Module]) -> tuple[Figure, str]:
    """Losses and written sentences of two small models: with the layer given, and with a mask that leaks."""
    runs = (("your mask", QUERY, _Model(layer_class)), ("one word too many", RED, _Model(None)))
    figure = new_figure(10.5, 4.2)
    left, right = figure.subplots(1, 2, width_ratios=(1.1, 1))
    said = []
    for number, (name, colour, model) in enumerate(runs):
        losses = _train(model)
        texts = _write(model, 100)
        share = sum(map(_is_sentence, texts))
        left.plot(losses, color=colour, linewidth=2, label=name, linestyle="--" if number else "-")
        _show(right, 1.0 - 0.52 * number, f"{name}: {share} of 100 are sentences", texts[:4], colour)
        said.append(f"{name}: the loss ends at {losses[-20:].mean():.2g}, and {share} of 100 texts are sentences")
    left.axhline(_FLOOR, color=OPERATION, linestyle=":", label="the best that honest guessing can do")
    left.set(xlabel="step", ylabel="loss per word", title="while it is trained", ylim=(0, None))
    left.grid(axis="y", color=GRID)
    left.legend(loc="upper right")
    right.set_axis_off()
    right.set_title("what it writes afterwards")
    alt = f"""Two small models learn sentences such as “the old cat sees a small dog”, one with the
    causal mask of the layer given, the other with a mask that also shows the next word. {"; ".join(said)}. Nobody
    who does not peek can come below a loss of {_FLOOR:.2f}."""
    return figure, alt


def _show(axes: Axes, top: float, title: str, texts: list[str], colour: str) -> None:
    axes.text(0, top, title, va="top", fontweight="bold", color=colour, transform=axes.transAxes)
    lines = "\n".join(texts)
    axes.text(0, top - 0.09, lines, va="top", fontsize=9, linespacing=1.6, color=INK, transform=axes.transAxes)


class _Model:
    """One layer of attention and a feed-forward network, which guess each next word of a sentence."""

    def __init__(self, layer_class: Callable[[int, int], nn.Module] | None) -> None:
        import torch
        from torch import nn

        from .. import parts

        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.embedding = parts.TokenEmbedding(len(_WORDS), _FEATURES)
            self.position = parts.PositionalEncoding(_FEATURES, 16)
            self.attention = (
                parts.MultiHeadAttention(_FEATURES, 2) if layer_class is None else layer_class(_FEATURES, 2)
            )
            self.norm1, self.norm2 = nn.LayerNorm(_FEATURES), nn.LayerNorm(_FEATURES)
            self.network = parts.FeedForward(_FEATURES, 64)
            self.head = nn.Linear(_FEATURES, len(_WORDS))
        self.leaks = layer_class is None

    def weights(self) -> list[nn.Parameter]:
        modules = self.embedding, self.attention, self.norm1, self.norm2, self.network, self.head
        return [weight for module in modules for weight in module.parameters()]

    def logits(self, tokens: Tensor) -> Tensor:
        import torch

        x = self.position(self.embedding(tokens))
        length = x.shape[1]
        leaky = torch.ones(length, length, dtype=torch.bool).tril(1)
        output = self.attention(x, x, x, leaky)[0] if self.leaks else self.attention(x)[0]
        x = self.norm1(x + output)
        result: Tensor = self.head(self.norm2(x + self.network(x)))
        return result


@one_thread()
def _train(model: _Model) -> np.ndarray:
    """Let the model learn from random sentences; return the loss of every step."""
    from random import Random

    import torch
    from torch.nn.functional import cross_entropy

    random, losses = Random(0), []
    optimizer = torch.optim.AdamW(model.weights(), lr=3e-3)
    for _ in range(_STEPS):
        tokens = torch.tensor([_sentence(random) for _ in range(32)])
        loss = cross_entropy(model.logits(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


@one_thread()
def _write(model: _Model, count: int) -> list[str]:
    """Texts of the length of a sentence, drawn word by word with the model's probabilities."""
    import torch

    generator = torch.Generator().manual_seed(1)
    tokens = torch.zeros(count, 1, dtype=torch.long)
    with torch.no_grad():
        for _ in range(len(_ORDER) + 1):
            p = torch.softmax(model.logits(tokens)[:, -1], dim=-1)
            tokens = torch.cat([tokens, torch.multinomial(p, 1, generator=generator)], dim=1)
    return [" ".join(_WORDS[token] for token in row[1:]) for row in tokens]


def _sentence(random: Random) -> list[int]:
    """The end of the sentence before, a sentence, and its end, as numbers of words."""
    words = [_END, *(random.choice(_GROUPS[group]) for group in _ORDER), _END]
    return [_WORDS.index(word) for word in words]


def _is_sentence(text: str) -> bool:
    *words, end = text.split()
    return end == _END and all(word in _GROUPS[group] for word, group in zip(words, _ORDER, strict=True))
