"""Lesson 02: what a learner's own heads do, and what they would do if the axes were mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .style import SERIES, Board, as_array, cells, new_figure, picture, tint

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure
    from torch import Tensor, nn


@picture
def split_at_work(split_heads: Callable[[Tensor, int], Tensor]) -> tuple[Figure, str]:
    """What the function given makes of three positions of four features, beside what a bare reshape would make."""
    import torch

    length, d_model, num_heads = 3, 4, 2
    x = torch.tensor([[[10.0 * position + feature for feature in range(d_model)] for position in range(length)]])
    split = as_array(split_heads(x, num_heads))[0]
    reshaped = as_array(x.reshape(1, num_heads, length, d_model // num_heads))[0]
    board = Board(20.0, 5.6, inches=10.5)
    board.label(3.0, 5.1, "x", fontsize=12, fontweight="bold")
    _table(board, 1.0, as_array(x)[0])
    for position in range(length):
        board.label(0.5, 3.5 - position, f"{position}", fontsize=10)
    for left, title, heads in ((7.0, "your split_heads", split), (14.4, "reshape alone", reshaped)):
        board.label(left + 2.5, 5.1, title, fontsize=12, fontweight="bold")
        for number, head in enumerate(heads):
            board.label(left + 3 * number + 1, 4.35, f"head {number}", fontsize=10)
            _table(board, left + 3 * number, head)
    board.label(10.0, 0.4, "A cell says position, then feature: 12 is feature 2 of position 1. A colour is a position.")
    row = [f"{number:02.0f}" for number in split[0][1]]
    wrong = [f"{number:02.0f}" for number in reshaped[0][1]]
    alt = f"""A table of {length} positions by {d_model} features, and what two functions make of it for
    {num_heads} heads. In the result of your split_heads, row 1 of head 0 holds {" and ".join(row)}, where 12
    stands for feature 2 of position 1. After a reshape alone it holds {" and ".join(wrong)}: there, head 0 has
    rows that belong to one position twice, and never sees the last position."""
    return board.figure, alt


def _table(board: Board, left: float, numbers: np.ndarray) -> None:
    """Numbers of two digits in cells, coloured by the first digit."""
    from matplotlib.colors import to_hex

    for (row, column), number in np.ndenumerate(numbers):
        colour = to_hex(tint(SERIES[int(number) // 10 % len(SERIES)], 0.55))
        board.cell(left + column, len(numbers) - row, f"{number:02.0f}", colour)


_WORDS = ("a", "rose", "is", "a", "rose")


@picture
def heads_at_work(layer_class: Callable[[int, int], nn.Module]) -> tuple[Figure, str]:
    """One sentence, seen by a layer of two heads and by one of a single head that has the same weights.

    Four features of a word say which word it is, and four say where it stands. The weights are set by hand:
    the first half of the queries looks for the same word, the second half for the position before.
    """
    x = _sentence()
    two, one = (_weights(layer_class(8, num_heads), x) for num_heads in (2, 1))
    figure = new_figure(10.5, 3.7)
    titles = "head 0 of 2: the same word", "head 1 of 2: the word before", "a single head: a bit of both"
    panels = figure.subplots(1, 3)
    for axes, matrix, title in zip(panels, (*two, *one), titles, strict=True):
        image = cells(axes, matrix, 0.0, 1.0)
        axes.set_xticks(range(5), _WORDS)
        axes.set_yticks(range(5), _WORDS)
        axes.set(xlabel="key", title=title)
    panels[0].set_ylabel("query")
    figure.colorbar(image, ax=panels, label="weight", aspect=30).outline.set_visible(False)
    last = [_say(matrix[-1]) for matrix in (*two, *one)]
    alt = f"""Attention weights over the sentence “a rose is a rose” of three heads. For the last word, “rose”,
    head 0 of a layer of two heads looks at {last[0]}: the same word. Head 1 looks at {last[1]}: the word
    before. A layer with a single head and the same weights looks at {last[2]}: its one set of weights mixes
    the two questions."""
    return figure, alt


def _sentence() -> Tensor:
    import torch

    kinds = {"a": 0, "rose": 1, "is": 2}
    words = torch.eye(4)[[kinds[word] for word in _WORDS]]
    return torch.cat([words, _places(torch.arange(5.0))], dim=-1).unsqueeze(0)


def _places(position: Tensor) -> Tensor:
    """Two clocks: places look alike only to themselves."""
    import torch

    hands = [turn(position * torch.pi / speed) for speed in (3, 1.5) for turn in (torch.cos, torch.sin)]
    return torch.stack(hands, dim=-1)


def _weights(layer: nn.Module, x: Tensor) -> np.ndarray:
    """The weights of a layer whose projections are set by hand."""
    import torch

    look = torch.zeros(8, 8)
    look[:4, :4] = 8 * torch.eye(4)
    # The same rotation, one place back, for every position: a linear map takes each place to the one before.
    clocks = _places(torch.arange(6.0))
    look[4:, 4:] = 4 * torch.linalg.lstsq(clocks, clocks.roll(1, dims=0)).solution.T
    with torch.no_grad():
        for name in ("query_proj", "key_proj", "value_proj", "out_proj"):
            layer.get_parameter(f"{name}.weight").copy_(look if name == "query_proj" else torch.eye(8))
            layer.get_parameter(f"{name}.bias").zero_()
        return as_array(layer(x, x, x)[1][0])


def _say(row: np.ndarray) -> str:
    found = [f"“{_WORDS[place]}” at place {place} ({row[place]:.2f})" for place in range(5) if row[place] > 0.1]
    return ", ".join(found) or "nothing much"
