"""Lesson 09: how a decoder layer is wired, what a causal mask makes possible, and GPT-2 as the measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .encoder import flow, randomised, sensitivity
from .style import FAINT, KEY, OPERATION, QUERY, VALUE, WEIGHT, Board, cells, new_figure, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from torch import Tensor, nn


@picture
def layer_diagram() -> tuple[Figure, str]:
    """A decoder layer with cross-attention (post-norm), and a decoder-only one (pre-norm)."""
    board = Board(21.4, 7.0, inches=10.5)
    title = {"fontsize": 10, "fontweight": "bold", "ha": "left"}
    board.label(0.5, 6.55, "with cross-attention, here post-norm", **title)
    attention, cross = ("self_attention", WEIGHT), ("cross_attention", KEY)
    network, plus = ("feed_forward", VALUE), ("+", "")
    norms = [(f"norm{number}", OPERATION) for number in (1, 2, 3)]
    places = flow(board, 4.9, [attention, plus, norms[0], cross, plus, norms[1], network, plus, norms[2]])
    board.box(places[3], 3.35, "memory  $m$", KEY, width=2.4, height=0.75)
    board.arrow((places[3], 3.72), (places[3], 4.5), colour=KEY)
    board.label(places[3] + 0.25, 4.1, "keys and values", ha="left", fontsize=8)
    board.label(0.5, 2.35, "decoder-only, here pre-norm: the GPT family", **title)
    flow(board, 0.75, [norms[0], attention, plus, norms[1], network, plus])
    alt = """Two decoder layers, from left to right. With cross-attention, post-norm: x goes through
    self_attention, x is added, norm1 normalises the sum; that goes through cross_attention, whose keys and
    values come from the memory, is added to the result, and norm2 normalises; that goes through feed_forward,
    is added, and norm3 normalises. Decoder-only, pre-norm: x goes through norm1 and self_attention and x is
    added; the sum goes through norm2 and feed_forward and the sum is added."""
    return board.figure, alt


@picture
def influence(decoder_layer: Callable[..., nn.Module]) -> tuple[Figure, str]:
    """Which input reaches which output of a layer under a causal mask: of the target, and of the memory."""
    import torch

    length, sources, features = 6, 4, 32
    layer = randomised(decoder_layer(features, 4, 64), seed=9)
    random = torch.Generator().manual_seed(3)
    x = torch.randn(16, length, features, generator=random)
    memory = torch.randn(16, sources, features, generator=random)
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    own = sensitivity(lambda x: layer(x, memory, self_mask=causal), x)
    other = sensitivity(lambda memory: layer(x, memory, self_mask=causal), memory)
    figure = new_figure(9.5, 3.9)
    left, right = figure.subplots(1, 2, width_ratios=(length, sources))
    top = max(own.max(), other.max())
    for axes, matrix, title in ((left, own, "target"), (right, other, "memory")):
        image = cells(axes, matrix, 0.0, top, digits=1)
        axes.set(title=title, xlabel=f"changed input $j$ of the {title}")
        axes.set(xticks=range(matrix.shape[1]), yticks=range(length))
    left.set_ylabel("output  $i$")
    figure.colorbar(image, ax=[left, right], label="how far output $i$ moves").outline.set_visible(False)
    future = np.triu(own, 1).max()
    alt = f"""How far the output at target position i moves when an input changes, for a decoder layer with
    random weights under a causal mask. Changes of the target: an output moves with its own and earlier
    inputs; with later ones it moves by at most {future:.2f}. Changes of the memory: every output moves with
    every one of its positions, by {other.min():.2f} at least."""
    return figure, alt


@picture
def prefixes(decoder: Callable[..., nn.Module], length: int = 12) -> tuple[Figure, str]:
    """How the last output for each beginning of a sequence differs from that of the whole sequence."""
    import torch

    model = randomised(decoder(3, 32, 4, 64, norm_first=True, cross_attention=False), seed=1)
    x = torch.randn(1, length, 32, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        gaps = [_prefix_gaps(model, x, masked) for masked in (True, False)]
    figure = new_figure(8.5, 3.6)
    axes = figure.subplots()
    lengths = np.arange(1, length)
    names = ("with a causal mask", QUERY, "o", 9), ("without a mask", KEY, "s", 5)
    floor = 1e-8  # equal to the last bit: drawn at the bottom of the logarithmic scale
    for (name, colour, marker, size), gap in zip(names, gaps, strict=True):
        axes.plot(lengths, np.maximum(gap, floor), color=colour, marker=marker, markersize=size, label=name)
    axes.set_yscale("log")
    axes.set(xlabel="positions read", ylabel="difference from the whole run", ylim=(floor / 2, 30))
    axes.set_xticks(lengths)
    figure.legend(loc="outside upper center", ncols=2)
    seen = "which is rounding" if max(gaps[0]) < 1e-4 else "so that something later was seen in spite of it"
    alt = f"""The largest difference between the last output for the first 1 to {length - 1} positions and the
    output at the same place for all {length}. With a causal mask it is at most {max(gaps[0]):.0e},
    {seen}. Without a mask it is between {min(gaps[1]):.1g} and {max(gaps[1]):.1g}."""
    return figure, alt


def _prefix_gaps(model: nn.Module, x: Tensor, masked: bool) -> list[float]:
    import torch

    def run(length: int) -> Tensor:
        mask = torch.ones(length, length, dtype=torch.bool).tril() if masked else None
        output: Tensor = model(x[:, :length], self_mask=mask)
        return output

    whole = run(x.shape[1])
    return [(run(n)[:, -1] - whole[:, n - 1]).abs().max().item() for n in range(1, x.shape[1])]


@picture
def against_gpt2(
    decoder: Callable[..., nn.Module], load_gpt2_weights: Callable[[nn.Module, dict[str, Tensor]], None]
) -> tuple[Figure, str]:
    """How far logits are from those of Hugging Face's GPT-2: the learner's, and the given ones with a detail wrong."""
    import torch

    from .. import parts
    from ..models import gpt2

    layers, features, heads = 4, 48, 4
    state = gpt2.random_checkpoint(layers, features, vocab_size=60, seed=4)
    token_ids = torch.randint(60, (2, 14), generator=torch.Generator().manual_seed(5))
    truth = gpt2.published_logits(state, token_ids, heads)

    def gap(
        make: Callable[..., nn.Module] = parts.Decoder,
        load: Callable[[nn.Module, dict[str, Tensor]], None] = parts.load_gpt2_weights,
        activation: str = "gelu_tanh",
        turned: bool = True,
        masked: bool = True,
    ) -> float:
        given = {
            name: tensor if turned or not name.endswith("attn.c_proj.weight") else tensor.T.clone()
            for name, tensor in state.items()
        }
        settings = {"activation": activation, "norm_first": True, "cross_attention": False}
        model = make(layers, features, heads, 4 * features, **settings).eval()
        load(model, given)
        mask = torch.ones(14, 14, dtype=torch.bool).tril() if masked else None
        with torch.no_grad():
            hidden = model(gpt2.embed(state, token_ids), self_mask=mask)
        return (gpt2.logits(state, hidden) - truth).abs().max().item()

    gaps = {
        "your decoder": gap(decoder, load_gpt2_weights),
        "exact GELU in place of gelu_tanh": gap(activation="gelu"),
        "attn.c_proj not turned round": gap(turned=False),
        "no causal mask": gap(masked=False),
    }
    figure = new_figure(9.0, 2.9)
    axes = figure.subplots()
    values = list(gaps.values())
    axes.barh(list(gaps), values, color=[QUERY, FAINT, FAINT, FAINT], height=0.65)
    for row, value in enumerate(values):
        axes.text(value * 1.3, row, f"{value:.0e}", va="center")
    axes.axvline(1e-4, color=OPERATION, linestyle=":")
    axes.text(8e-5, -0.6, "up to 1e-04: the same model", ha="right", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set(xlim=(1e-8, max(values) * 30), ylim=(3.6, -1.0))
    axes.set_xlabel("largest difference of a logit from Hugging Face's GPT2LMHeadModel")
    axes.tick_params(axis="y", length=0)
    verdict = "Your decoder is GPT-2" if values[0] < 1e-4 else "More than 1e-4: your decoder is not GPT-2 yet"
    axes.set_title(verdict, loc="left")
    said = ", ".join(f"{name}: {value:.0e}" for name, value in gaps.items())
    alt = f"The largest difference of a logit from Hugging Face's GPT-2, on a logarithmic scale. {said}. {verdict}."
    return figure, alt
