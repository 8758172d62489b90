"""Lesson 07: who may look at whom, and how to find a leak from the future."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .leaking import train_with_a_leak as train_with_a_leak
from .style import (
    FAINT,
    INK,
    OPERATION,
    QUERY,
    RED,
    VALUE,
    Board,
    as_array,
    cells,
    new_figure,
    of_shape,
    picture,
    tint,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from torch import Tensor, nn

SENTENCE = ("the", "cat", "sat", "on", "the", "mat")
PAD = "pad"
BATCH = (
    ("the", "cat", "sat", "on", "the", "mat"),
    ("it", "rains"),
    ("a", "dog", "barks", "at", "night"),
    ("we", "sing", "softly"),
)


@picture
def next_word_diagram() -> tuple[Figure, str]:
    """Every position guesses its next word in the same pass, each from its own past."""
    words, targets = SENTENCE[:-1], SENTENCE[1:]
    board = Board(13.4, 6.6, inches=10.5)
    board.label(4.3, 6.2, "what position $i$ may look at", fontsize=11)
    board.label(11.8, 6.2, "what it is to guess", fontsize=11)
    for row, target in enumerate(targets):
        y = 5.3 - row
        board.label(0.55, y, f"$i$ = {row}")
        for column, word in enumerate(words):
            seen = column <= row
            board.box(1.9 + 1.5 * column, y, word if seen else "?", QUERY if seen else FAINT, 1.2, 0.7)
        board.arrow((8.7, y), (11.0, y))
        board.box(11.8, y, target, VALUE, 1.2, 0.7)
    board.label(5.4, 0.55, "One pass, five guesses: each from the words up to its own, with the rest hidden.")
    alt = """Five rows for the five positions of the sentence “the cat sat on the”. Row i shows the words up
    to position i, hides the later ones behind question marks, and points to the word that this position is
    to guess: position 0 sees “the” and guesses “cat”, position 1 sees “the cat” and guesses “sat”, and so on
    to “mat”. All guesses are made in one pass."""
    return board.figure, alt


@picture
def triangle(causal_mask: Callable[[int], Tensor], words: Sequence[str] = SENTENCE) -> tuple[Figure, str]:
    """The causal mask of a sentence, from the function given."""
    mask = _mask(causal_mask(len(words)), (len(words), len(words)), "causal_mask")
    figure = new_figure(5.2, 4.0)
    axes = figure.subplots()
    _table(axes, mask, words, words)
    axes.set(xlabel="may look at (key)", ylabel="this word (query)")
    _legend(figure)
    return figure, f"The causal mask of the sentence “{' '.join(words)}”: {_say(mask, words, words)}"


@picture
def padding_at_work(padding_mask: Callable[..., Tensor]) -> tuple[Figure, str]:
    """A batch of sentences of different lengths, and the padding mask that the function given makes of it."""
    token_ids = _batch()
    mask = _mask(padding_mask(token_ids), (len(BATCH), 1, len(SENTENCE)), "padding_mask")[:, 0]
    figure = new_figure(10.5, 3.0)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    _table(left, token_ids.numpy() != 0, None, None, _filled())
    left.set_title("the batch, filled up with padding")
    _table(right, mask, None, None)
    right.set_title("your padding mask, one row for each sentence")
    for axes in (left, right):
        axes.set(xlabel="position", ylabel="sentence")
    _legend(figure)
    counts = ", ".join(f"sentence {row} has {int(mask[row].sum())}" for row in range(len(mask)))
    lengths = ", ".join(str(len(words)) for words in BATCH)
    alt = f"""A batch of {len(BATCH)} sentences of {lengths} words, filled up with padding to {len(SENTENCE)}
    positions, and beside it the padding mask. Keys that may be attended to: {counts}."""
    return figure, alt


@picture
def masks_together(
    causal_mask: Callable[[int], Tensor],
    padding_mask: Callable[..., Tensor],
    decoder_mask: Callable[..., Tensor],
    sentence: int = 3,
) -> tuple[Figure, str]:
    """Causal mask, padding mask and decoder mask of one padded sentence side by side."""
    token_ids = _batch()
    size, words = len(SENTENCE), _filled()[sentence]
    causal = _mask(causal_mask(size), (size, size), "causal_mask")
    padding = _mask(padding_mask(token_ids), (len(BATCH), 1, size), "padding_mask")[sentence]
    both = _mask(decoder_mask(token_ids), (len(BATCH), size, size), "decoder_mask")[sentence]
    figure = new_figure(10.5, 4.0)
    panels = figure.subplots(1, 3)
    masks = causal, np.repeat(padding, size, axis=0), both
    for axes, mask, title in zip(panels, masks, ("causal", "padding", "decoder: both"), strict=True):
        _table(axes, mask, words, words)
        axes.set(title=title, xlabel="key")
        axes.set_box_aspect(1)
    panels[0].set_ylabel("query")
    _legend(figure)
    alt = f"""Three masks for the sentence “{" ".join(words)}”, where pad is padding. Causal:
    {_say(causal, words, words)} Padding: every query may look at the keys that are words,
    {int(padding.sum())} of {size}. Decoder, both together: {_say(both, words, words)}"""
    return figure, alt


@picture
def leak(layer_class: Callable[[int, int], nn.Module]) -> tuple[Figure, str]:
    """How much each output moves when each token is changed, without a mask and in the layer given."""
    import torch

    from .. import parts

    size, words = len(SENTENCE), list(SENTENCE)
    layer, x = _ready(layer_class), _vectors(size)
    free = parts.MultiHeadAttention(*_SIZES)
    free.load_state_dict(layer.get_submodule("attention").state_dict())
    with torch.no_grad():
        moved = [_influence(run, x) for run in (lambda v: free(v, v, v)[0], lambda v: layer(v)[0])]
    above = [float(np.triu(table, 1).max()) for table in moved]
    figure = new_figure(10.5, 4.3)
    panels = figure.subplots(1, 2)
    high = max(table.max() for table in moved)
    said = [f"leaks: up to {most:.2f} from the future" if most > 1e-6 else "no leak" for most in above]
    for axes, table, name, verdict in zip(panels, moved, ("no mask", "your layer"), said, strict=True):
        image = cells(axes, table, 0.0, high)
        axes.set_xticks(range(size), words)
        axes.set_yticks(range(size), words)
        axes.set(title=f"{name}: {verdict}", xlabel="the word that was changed")
        _frame_future(axes, table)
    panels[0].set_ylabel("how far the output here moved")
    bar = figure.colorbar(image, ax=panels, label="distance")
    bar.outline.set_visible(False)
    alt = f"""Two tables: how far the output at each word moved when each word of “{" ".join(words)}” was
    changed. Without a mask it {said[0]}: every output depends on every word. The layer given: {said[1]};
    the largest change that came from a later word is {above[1]:.2g}."""
    return figure, alt


@picture
def masked_weights(
    layer_class: Callable[[int, int], nn.Module], padding_mask: Callable[..., Tensor], sentence: int = 2
) -> tuple[Figure, str]:
    """The weights of each head of the layer given, for a sentence that ends in padding."""
    import torch

    token_ids = _batch()
    layer, words, size = _ready(layer_class), _filled()[sentence], len(SENTENCE)
    x = _vectors(int(token_ids.max()) + 1)[:, token_ids[sentence]]
    with torch.no_grad():
        _, weights = layer(x, padding_mask(token_ids[sentence : sentence + 1]))
    weights = as_array(weights[0])
    figure = new_figure(10.5, 4.2)
    panels = figure.subplots(1, len(weights))
    for number, (axes, head) in enumerate(zip(panels, weights, strict=True)):
        image = cells(axes, head, 0.0, 1.0)
        axes.set_xticks(range(size), words, rotation=30)
        axes.set_yticks(range(size), words)
        axes.set(title=f"head {number}", xlabel="key")
    panels[0].set_ylabel("query")
    figure.colorbar(image, ax=panels, label="weight").outline.set_visible(False)
    future = max(float(np.triu(head, 1).max()) for head in weights)
    filling = max(float(weights[:, :, column].max()) for column, word in enumerate(words) if word == PAD)
    alt = f"""Attention weights of {len(weights)} heads for “{" ".join(words)}”, where pad is padding. The
    largest weight on a later position is {future:.2g}, the largest on padding {filling:.2g}; every row sums
    to {weights.sum(-1).min():.2f} at least."""
    return figure, alt


_SIZES = 12, 2  # d_model and heads of the layers that are looked at


def _mask(mask: Tensor, shape: tuple[int, ...], name: str) -> np.ndarray:
    """The mask as a boolean array, if it has the shape that the picture needs."""
    return of_shape(mask, shape, name).astype(bool)


def _table(
    axes: Axes,
    mask: np.ndarray,
    rows: Sequence[str] | None,
    columns: Sequence[str] | None,
    entries: Sequence[Sequence[str]] | None = None,
) -> None:
    """A boolean matrix as cells: coloured and ticked where True; or with entries of its own."""
    colours = np.where(mask[..., None], tint(QUERY, 0.45), tint(FAINT, 0.45))
    axes.imshow(colours, aspect="auto")
    axes.tick_params(length=0, which="both")
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(mask.shape[1]), columns)
    axes.set_yticks(range(mask.shape[0]), rows)
    axes.set_xticks(np.arange(1, mask.shape[1]) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, mask.shape[0]) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    for (row, column), allowed in np.ndenumerate(mask):
        text = entries[row][column] if entries is not None else "✓" if allowed else "×"
        axes.text(column, row, text, ha="center", va="center", color=INK if allowed else OPERATION)


def _legend(figure: Figure) -> None:
    from matplotlib.patches import Patch

    patches = [
        Patch(facecolor=tint(QUERY, 0.45), label="True: may attend"),
        Patch(facecolor=tint(FAINT, 0.45), label="False: hidden"),
    ]
    figure.legend(handles=patches, loc="outside upper center", ncols=2)


def _say(mask: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> str:
    """In words, whom each query may look at."""
    said = []
    for number, row in enumerate(mask):
        seen = [f"“{columns[int(key)]}”" for key in np.flatnonzero(row)]
        said.append(f"query {number} (“{rows[number]}”) may look at {', '.join(seen) or 'nothing'}")
    return f"{'; '.join(said)}."


def _batch() -> Tensor:
    """The sentences as token ids, with padding 0."""
    import torch

    vocabulary = [PAD, *dict.fromkeys(word for words in BATCH for word in words)]
    ids = [[vocabulary.index(word) for word in words] for words in _filled()]
    return torch.tensor(ids)


def _filled() -> list[list[str]]:
    """The sentences, filled up with padding."""
    longest = max(len(words) for words in BATCH)
    return [[*words, *[PAD] * (longest - len(words))] for words in BATCH]


def _ready(layer_class: Callable[[int, int], nn.Module]) -> nn.Module:
    """A layer with fixed weights that make it look about with decision."""
    import torch

    layer = layer_class(*_SIZES).eval()
    random = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for _, parameter in sorted(layer.named_parameters()):
            drawn = torch.randn(parameter.shape, generator=random)
            parameter.copy_(drawn * (1.2 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.1))
    return layer


def _vectors(count: int) -> Tensor:
    """A vector for each of so many tokens, in a batch of one."""
    import torch

    return torch.randn(1, count, _SIZES[0], generator=torch.Generator().manual_seed(3))


def _influence(run: Callable[[Tensor], Tensor], x: Tensor) -> np.ndarray:
    """``[i, j]``: how far the output at i moves when the token at j becomes another."""
    before, other = run(x), -x
    columns = []
    for position in range(x.shape[1]):
        changed = x.clone()
        changed[:, position] = other[:, position]
        columns.append(as_array((run(changed) - before).norm(dim=-1)[0]))
    return np.stack(columns, axis=1)


def _frame_future(axes: Axes, table: np.ndarray) -> None:
    """A frame around every cell in which a later word has reached an earlier one."""
    from matplotlib.patches import Rectangle

    for row, column in zip(*np.nonzero(np.triu(table, 1) > 1e-6), strict=True):
        axes.add_patch(Rectangle((column - 0.44, row - 0.42), 0.88, 0.84, fill=False, edgecolor=RED, linewidth=1.8))
