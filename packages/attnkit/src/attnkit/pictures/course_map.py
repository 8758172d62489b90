"""The map of the course: the whole Transformer, with the number of its lesson on each component."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lessons import LESSONS
from .._progress import FULL, OPEN, PARTIAL, Progress, folder, read
from .style import FAINT, GREEN, INK, KEY, OPERATION, ORANGE, QUERY, RED, VALUE, WEIGHT, Board, picture, tint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

_COLOURS = {FULL: tint(GREEN, 0.7), PARTIAL: tint(ORANGE, 0.8), OPEN: "white"}
_MARKS = {FULL: "✓", PARTIAL: "…", OPEN: ""}  # for those who cannot tell the colours apart


class _Map:
    """The drawing. `states` colours the badge of each lesson, `here` is the one to point at; without, they are plain."""

    def __init__(self, states: dict[str, str] | None = None, here: str = ""):
        self.board = Board(15.6, 14.6, inches=9.6)
        self._states, self._here = states, here

    def draw(self) -> Figure:
        """The whole Transformer, from bottom to top."""
        board = self.board
        network = "Feed-forward", "05"
        self._tower(3.9, "encoder layer", "06", [("Self-attention", "02"), network])
        inside = [("Masked self-attention", "07"), ("Cross-attention", "08"), network]
        self._tower(10.9, "decoder layer", "09", inside)
        board.arrow((3.9, 8.6), (3.9, 9.7), (7.2, 9.7), (7.2, 7.2), (9.1, 7.2), colour=VALUE)
        board.label(5.4, 9.97, "memory  $(B, L_s, D)$")
        board.label(7.35, 6.9, "keys, values", fontsize=8)
        board.arrow((10.9, 10.8), (10.9, 12.0))
        self._part(10.9, 12.4, "Linear", "10", OPERATION)
        board.arrow((10.9, 12.8), (10.9, 13.4))
        self._part(10.9, 13.8, "Softmax", "10", WEIGHT)
        board.label(13.0, 12.4, "logits  $(B, L_t, V)$", ha="left")
        board.label(13.0, 13.8, "probabilities", ha="left")
        board.label(1.8, 13.6, "inside every attention:\nscaled dot products", ha="left")
        self._badge(1.25, 13.6, "01")
        board.label(1.8, 12.4, "Add & norm: residual connection,\nthen layer normalization", ha="left")
        self._badge(0.55, 12.4, "03")
        self._badge(1.25, 12.4, "04")
        if self._states is not None:
            board.label(1.8, 11.2, "the whole, trained", ha="left")
            self._badge(1.25, 11.2, "11")
        return board.figure

    def _tower(self, x: float, name: str, lesson: str, sublayers: Sequence[tuple[str, str]]) -> None:
        """An embedding, a position and a stack of layers above each other."""
        from matplotlib.patches import FancyBboxPatch

        board = self.board
        height = 0.95 + 2.2 * len(sublayers)
        outline = "round,pad=0,rounding_size=0.2"
        frame = FancyBboxPatch((x - 2.7, 3.5), 4.95, height, boxstyle=outline, facecolor="none")
        frame.set(edgecolor=FAINT, linewidth=1.5, zorder=0)
        board.axes.add_patch(frame)
        board.label(x - 2.3, 3.5 + height + 0.3, f"{name} × N", ha="left")
        self._badge(x - 2.65, 3.5 + height + 0.3, lesson)
        shape = "source  $(B, L_s)$" if name.startswith("encoder") else "target so far  $(B, L_t)$"
        board.label(x, 0.4, shape, fontsize=10)
        board.arrow((x, 0.65), (x, 0.95))
        self._part(x, 1.35, "Token embedding", "", FAINT)
        board.arrow((x, 1.75), (x, 2.05))
        self._part(x, 2.45, "Positional encoding", "", FAINT)
        below = 2.85
        for number, (sublayer, built) in enumerate(sublayers):
            y = 5.0 + 2.2 * number
            board.arrow((x, below), (x, y - 0.4))
            colour = VALUE if sublayer == "Feed-forward" else KEY if sublayer == "Cross-attention" else QUERY
            self._part(x, y, sublayer, built, colour)
            board.arrow((x, y + 0.4), (x, y + 0.7))
            board.box(x, y + 1.05, "Add & norm", OPERATION, width=3.6, height=0.7)
            fork = y - 0.6 - (0.35 if number == 0 else 0)
            board.arrow((x, fork), (x - 2.3, fork), (x - 2.3, y + 1.05), (x - 1.8, y + 1.05), colour=FAINT)
            below = y + 1.4

    def _part(self, x: float, y: float, name: str, lesson: str, colour: str) -> None:
        self.board.box(x, y, name, colour, width=3.6)
        if lesson:
            self._badge(x + 1.8, y + 0.4, lesson)
        else:
            self.board.label(x + 1.95, y, "given", ha="left", fontsize=8, style="italic")

    def _badge(self, x: float, y: float, lesson: str) -> None:
        from matplotlib.patches import Circle

        state = (self._states or {}).get(lesson)
        fill = INK if state is None else _COLOURS[state]
        edge = "white" if state is None else INK
        self.board.axes.add_patch(Circle((x, y), 0.26, facecolor=fill, edgecolor=edge, linewidth=1.2, zorder=5))
        ink = "white" if state is None else INK
        self.board.label(x, y - 0.01, lesson, color=ink, fontsize=8, fontweight="bold", zorder=6)
        if state and _MARKS[state]:
            self.board.label(x - 0.36, y + 0.26, _MARKS[state], fontsize=9, fontweight="bold", zorder=6)
        if lesson == self._here:
            self.board.axes.add_patch(Circle((x, y), 0.4, facecolor="none", edgecolor=RED, linewidth=2.5, zorder=7))


@picture
def architecture() -> tuple[Figure, str]:
    """The encoder-decoder Transformer, with the number of its lesson on each component."""
    alt = """The Transformer as a flow of data from bottom to top, with the lesson that built each part.
    Left, the encoder: source tokens pass through the token embedding and the positional encoding, which are
    given, and then through N encoder layers (lesson 06), each with self-attention (02), add and norm (03
    and 04), feed-forward (05) and again add and norm. Their result is the memory. Right, the decoder: the
    target so far passes through an embedding and the positional encoding, and then through N decoder layers
    (09), each with masked self-attention (07), cross-attention (08), whose keys and values come from the
    memory, and feed-forward (05), with add and norm after each. A linear map and a softmax (10) make the
    probabilities of the next token. Inside every attention are scaled dot products (01)."""
    return _Map().draw(), alt


@picture
def course_map(here: str = "") -> tuple[Figure, str]:
    """The whole Transformer, with what you have built of it; ``here`` is the number of a lesson, such as ``"04"``.

    Raises ValueError where there is no such lesson.
    """
    numbers = [lesson.number for lesson in LESSONS]
    if here and here not in numbers:
        raise ValueError(f"there is no lesson {here!r}; lessons are {', '.join(numbers)}")
    found = read(folder())
    drawing = _Map({lesson.number: found.of(lesson) for lesson in LESSONS}, here)
    figure = drawing.draw()
    _legend(drawing.board, here)
    return figure, as_text(found, here)


def _legend(board: Board, here: str) -> None:
    from matplotlib.patches import Circle

    x, y = 13.75, 9.0
    for state, colour in _COLOURS.items():
        board.axes.add_patch(Circle((x, y), 0.2, facecolor=colour, edgecolor=INK, linewidth=1.2, zorder=5))
        board.label(x + 0.4, y, f"{_MARKS[state]} {state}".strip(), ha="left")
        y -= 0.65
    if here:
        board.axes.add_patch(Circle((x, y), 0.26, facecolor="none", edgecolor=RED, linewidth=2.5))
        board.label(x + 0.4, y, "you are here", ha="left")


def as_text(found: Progress, here: str = "") -> str:
    """The same in words."""
    lines = ["The Transformer, and what you have built of it, lesson by lesson."]
    for lesson in LESSONS:
        place = " (you are here)" if lesson.number == here else ""
        lines.append(f"{lesson.number} {lesson.title}{place}: {_how_far(found, lesson.exercises)}.")
    return "\n".join(lines)


def _how_far(found: Progress, exercises: Sequence[str]) -> str:
    said = []
    for name in exercises:
        got, most = found.points.get(name, (0, 0))
        said.append(f"{name} {f'{got:g} of {most:g} points' if most else OPEN}")
    return ", ".join(said)
