"""Lesson 11: the whole Transformer, how it writes, how it is trained, and what it has learned."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import torch

from .._execution import unseen
from .._threads import one_thread
from .course_map import architecture as architecture
from .positions import without_positions as without_positions
from .style import (
    BLUE,
    FAINT,
    GREEN,
    KEY,
    MAP,
    OPERATION,
    QUERY,
    SERIES,
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

    from matplotlib.figure import Figure
    from torch import Tensor, nn

    from .._interfaces import Translator, Writer
    from ..data import Vocabulary
    from ..data.dates import Example

_MONO = "DejaVu Sans Mono"


@picture
def teacher_forcing(text: str = "1789-07-14") -> tuple[Figure, str]:
    """The target used twice: shown to the decoder, and, shifted by one, asked of it."""
    shown = ["start", *text]
    asked = [*text, "end"]
    board = Board(len(shown) * 1.2 + 2.3, 5.0, inches=10.5)
    for y, name, tokens, colour in ((0.3, "shown", shown, BLUE), (3.3, "asked for", asked, GREEN)):
        board.label(1.8, y + 0.5, name, ha="right", fontsize=10)
        for column, token in enumerate(tokens):
            board.cell(2.0 + 1.2 * column, y, token, colour, width=1.1)
    for column in range(len(shown)):
        board.arrow((2.55 + 1.2 * column, 1.35), (2.55 + 1.2 * column, 1.9))
        board.arrow((2.55 + 1.2 * column, 2.7), (2.55 + 1.2 * column, 3.25))
    middle = 1.95 + 0.6 * len(shown)
    board.box(middle, 2.3, "decoder: no position sees a later one", OPERATION, width=1.2 * len(shown) - 0.1)
    board.label(middle, 4.65, "each position is asked for the token after its own", fontsize=10)
    alt = f"""Two rows of tokens. The lower one is what the decoder is shown: start, then {text}. The upper
    one is what it is asked for at the same positions: {text}, then end. Between them lies the decoder, in which
    no position sees a later one. So each position is asked for the
    token after its own: shown start it is asked for {text[0]}, shown the last {text[-1]} it is asked for
    the end."""
    return board.figure, alt


@picture
def greedy_loop() -> tuple[Figure, str]:
    """Greedy decoding as a loop: decode, take the best token, append it."""
    board = Board(15.2, 3.4, inches=10.5)
    board.box(1.5, 2.6, "source", KEY, width=1.8)
    board.box(4.4, 2.6, "encode", OPERATION, width=1.8)
    board.box(7.6, 2.6, "decode", OPERATION, width=1.8)
    board.box(10.9, 2.6, "last position:\nlargest logit", WEIGHT, width=2.4)
    board.box(7.6, 0.9, "written so far:  start, …", QUERY, width=3.6)
    board.arrow((2.4, 2.6), (3.5, 2.6), colour=KEY)
    board.arrow((5.3, 2.6), (6.7, 2.6), colour=VALUE)
    board.label(6.0, 2.85, "memory")
    board.label(4.4, 1.95, "once")
    board.arrow((8.5, 2.6), (9.7, 2.6))
    board.label(9.1, 2.85, "logits")
    board.arrow((10.9, 2.2), (10.9, 0.9), (9.4, 0.9), colour=WEIGHT)
    board.label(11.1, 1.55, "append the token", ha="left")
    board.arrow((7.6, 1.3), (7.6, 2.2), colour=QUERY)
    board.arrow((12.1, 2.6), (13.0, 2.6))
    board.label(13.1, 2.6, "done when all rows\nhave ended, or at\nmax_length columns", ha="left")
    alt = """Greedy decoding. The source is encoded once, into the memory. Then a loop: what has been
    written so far is decoded with the memory, the token with the largest logit at the last position is
    appended to what has been written, and so on, until every row has ended or there are max_length
    columns."""
    return board.figure, alt


@picture
def who_sees_what(transformer: type) -> tuple[Figure, str]:
    """Which logits change when a single token changes, in a model with random weights."""
    torch.manual_seed(0)
    model = transformer(12, 9, 16, 4, 32, 2, 16).eval()
    source, target = torch.tensor([[5, 8, 4, 11, 6, 0]]), torch.tensor([[1, 7, 3, 8, 5]])
    moved = {}
    with torch.no_grad():
        before = model(source, target)
        for place in range(5):
            moved[f"source token {place}"] = model(_changed(source, place, 9), target)
        moved["one more padding"] = model(torch.cat([source, source[:, -1:]], dim=1), target)
        for place in range(5):
            moved[f"target token {place}"] = model(source, _changed(target, place, 4))
    change = np.array([as_array((after - before).abs().amax(-1)[0]) for after in moved.values()])
    change[change < 1e-5] = 0.0
    figure = new_figure(7.2, 4.4)
    axes = figure.subplots()
    image = cells(axes, change, 0.0, change.max() or 1.0, power=0.4)
    axes.set_yticks(range(len(moved)), moved)
    axes.set(xlabel="position of the target", ylabel="what is changed", title="How far the logits move")
    figure.colorbar(image, ax=axes, label="largest change of a logit").outline.set_visible(False)
    said = [
        f"{name}: {', '.join(map(str, np.flatnonzero(row))) or 'none'}" for name, row in zip(moved, change, strict=True)
    ]
    return figure, f"Target positions whose logits move when one thing is changed. {'; '.join(said)}."


def _changed(tokens: Tensor, place: int, to: int) -> Tensor:
    tokens = tokens.clone()
    tokens[0, place] = to
    return tokens


@picture
def loss_curve(losses: Sequence[float], total: int | None = None) -> tuple[Figure, str]:
    """The loss of every training step, and its running mean."""
    steps = np.arange(1, len(losses) + 1)
    window = max(1, len(losses) // 30)
    smooth = np.convolve(losses, np.ones(window) / window, mode="valid")
    figure = new_figure(8.0, 3.2)
    axes = figure.subplots()
    axes.plot(steps, losses, color=FAINT, linewidth=0.8, label="each step")
    axes.plot(steps[window - 1 :], smooth, color=BLUE, linewidth=2, label=f"mean of {window}")
    axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="loss", xlim=(0, max(total or 0, len(losses))))
    axes.legend(loc="upper right")
    ends = f"from {losses[0]:.3g} at the first step to {smooth[-1]:.3g} at step {len(losses)}"
    return figure, f"Loss against training step: {ends}."


@picture
def dates_report(
    model: nn.Module, greedy_decode: Callable[..., Tensor], examples: Sequence[Example]
) -> tuple[Figure, str]:
    """How many dates are read rightly in each language, and some of those that are not."""
    from ..data import dates

    answers = dates.read(model, greedy_decode, [example.written for example in examples])
    right: dict[str, list[bool]] = defaultdict(list)
    wrong = []
    for example, answer in zip(examples, answers, strict=True):
        right[example.language].append(answer == example.iso)
        if answer != example.iso:
            wrong.append(f"{example.written}\n      → {_short(answer)}, and not {example.iso}")
    share = {name: 100 * float(np.mean(hits)) for name, hits in sorted(right.items(), reverse=True)}
    total = 100 * sum(map(sum, right.values())) / len(examples)
    figure = new_figure(10.5, 4.2)
    left, side = figure.subplots(1, 2, width_ratios=(3, 2))
    left.barh(list(share), list(share.values()), color=BLUE)
    for row, value in enumerate(share.values()):
        left.text(value + 1, row, f"{value:.0f}", va="center", fontsize=9)
    left.set(xlim=(0, 112), xlabel="right in every character, in %")
    left.set_title(f"{total:.1f} % of {len(examples)} dates on unseen days")
    side.set_axis_off()
    side.set_title("Some that are wrong" if wrong else "None is wrong", loc="left")
    side.text(0, 0.96, "\n\n".join(wrong[:6]), va="top", fontsize=9, transform=side.transAxes)
    said = ", ".join(f"{name} {value:.0f} %" for name, value in reversed(share.items()))
    return figure, f"{total:.1f} % of {len(examples)} dates are read rightly; by language: {said}."


def _short(answer: str) -> str:
    return answer if len(answer) <= 12 else answer[:11] + "…"


@picture
def date_alignment(model: Translator, written: str, greedy_decode: Callable[..., Tensor]) -> tuple[Figure, str]:
    """The cross-attention of a date: where the model looks for each character that it writes."""
    from ..data import dates

    source, target = dates.source_vocabulary(), dates.target_vocabulary()
    # Padding makes the source wider than the target, so that the two lengths cannot be taken for each other.
    width = max(len(written), dates.ANSWER_LENGTH) + 1
    ids = source.encode([written, "0" * width])[:1]
    answer = greedy_decode(model, ids, target.start_id, target.end_id, dates.ANSWER_LENGTH)
    layers = _cross_weights(model, ids, answer[:, :-1])
    figure = new_figure(10.5, 4.3)
    axes = figure.subplots()
    iso = target.decode(answer)[0]
    axes.set_title(f"{written}   →   {iso}")
    if not layers:
        said = "No part of this model returned cross-attention weights."
        axes.set_axis_off()
        axes.text(0.5, 0.5, said, ha="center")
        return figure, said
    weights = as_array(torch.stack([layer[0].mean(0) for layer in layers]).mean(0))[:, : len(written)]
    image = axes.imshow(weights, cmap=MAP, vmin=0, aspect="auto")
    rows, columns = target.symbols(answer[0, 1:]), source.symbols(ids[0, : len(written)])
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="character that is read", ylabel="character that is written")
    figure.colorbar(image, ax=axes, label="weight, mean of all layers and heads").outline.set_visible(False)
    places = zip(rows, weights.argmax(1), strict=True)
    said = ", ".join(f"{row} at {columns[place]} (character {place})" for row, place in places)
    return figure, f"Cross-attention while writing {iso} for {written}; each character looks most: {said}."


def _cross_weights(model: Translator, source: Tensor, target: Tensor) -> list[Tensor]:
    """The weights ``(B, H, L_t, L_s)`` that parts of the model return while it decodes, layer by layer."""
    found: list[Tensor] = []

    def look(_module: nn.Module, _inputs: tuple[object, ...], outputs: object) -> None:
        for item in outputs if isinstance(outputs, tuple) else ():
            fits = getattr(item, "ndim", 0) == 4 and item.shape[2:] == (target.shape[1], source.shape[1])
            if fits and not any(item is other for other in found):
                found.append(item)

    hooks = [module.register_forward_hook(look) for module in model.modules()]
    try:
        with torch.no_grad():
            model.eval()
            model.decode(target, model.encode(source), source)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def continuations(
    write: Callable[[str, float], str], prompt: str, temperatures: Sequence[float] = (0.2, 0.7, 1.5)
) -> None:
    """Print what ``write(prompt, temperature)`` returns at each temperature; nothing while nobody sees it."""
    if unseen():
        return
    for temperature in temperatures:
        print(f"── temperature {temperature:g} " + "─" * 50)
        with one_thread():
            print(write(prompt, temperature), end="\n\n")


@picture
def next_character(
    model: Writer, vocabulary: Vocabulary, prompt: str, temperatures: Sequence[float] = (0.2, 0.7, 1.5)
) -> tuple[Figure, str]:
    """The probabilities of the likeliest next characters after a prompt, at each temperature."""
    tokens = vocabulary.encode(prompt)
    model.eval()
    with torch.no_grad():
        rows = np.array([as_array(model.next_token(tokens, heat)[0]) for heat in temperatures])
    best = rows[-1].argsort()[::-1][:12]
    names = vocabulary.symbols(torch.tensor(best.copy()))
    figure = new_figure(10.5, 3.2)
    axes = figure.subplots()
    width = 0.8 / len(temperatures)
    for number, (heat, row) in enumerate(zip(temperatures, rows, strict=True)):
        places = np.arange(len(best)) + (number - (len(temperatures) - 1) / 2) * width
        axes.bar(places, row[best], width, color=SERIES[number], label=f"temperature {heat:g}")
    axes.set_xticks(range(len(best)), names, family=_MONO)
    axes.set(xlabel=f"next character after “{prompt}”", ylabel="probability", ylim=(0, 1))
    axes.legend()
    said = "; ".join(
        f"at {heat:g}, {names[int(row[best].argmax())]} has {row[best].max():.2f}"
        for heat, row in zip(temperatures, rows, strict=True)
    )
    return figure, f"Probabilities of the next character after “{prompt}” at several temperatures: {said}."
