"""What all pictures share: colours, fonts, a figure with a text alternative, and a board for diagrams."""

from __future__ import annotations

import base64
import functools
import html
import io
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from .._execution import unseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.typing import RcKeyType
    from numpy.typing import ArrayLike

P = ParamSpec("P")

# Okabe and Ito's palette, told apart by nearly everybody (https://jfly.uni-koeln.de/color/).
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, RED, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW)
# The same role has the same colour in every picture.
QUERY, KEY, VALUE, WEIGHT, OPERATION = BLUE, ORANGE, GREEN, PURPLE, "#5F6B76"
INK, FAINT, GRID = "#22292F", "#C5CCD3", "#E4E8EB"
MAP = "cividis"

FONTS: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
DOTS_PER_INCH = 96
_SMALL = 48 << 10  # bytes: a PNG of twice the resolution is hardly ever smaller


class Picture:
    """A figure together with the text that stands for it where it cannot be seen.

    The last expression of a notebook cell shows itself; ``display(picture)`` shows it from anywhere else.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = " ".join(alt.split())

    def png(self) -> bytes:
        """The picture as a PNG file of twice the resolution that it is shown at."""
        return self._file("png", dpi=2 * DOTS_PER_INCH, metadata={"Description": self.alt})

    def svg(self) -> bytes:
        """The picture as an SVG file, without the date on which it was drawn."""
        return self._file("svg", metadata={"Description": self.alt, "Date": None})

    def _file(self, kind: str, **options: Any) -> bytes:
        from matplotlib import rc_context

        buffer = io.BytesIO()
        with rc_context({**FONTS, "svg.hashsalt": "attnkit"}):  # else ids in an SVG vary by chance
            self.figure.savefig(buffer, format=kind, **options)
        return buffer.getvalue()

    def width(self) -> int:
        """The width at which the picture is shown, in CSS pixels."""
        return round(self.figure.get_figwidth() * DOTS_PER_INCH)

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        """The picture once, as whichever file is smaller: a notebook keeps all that is shown of an object."""
        kind, data = "svg+xml", self.svg()
        if len(data) > _SMALL:
            kind, data = min((kind, data), ("png", self.png()), key=lambda one: len(one[1]))
        style = f"width: {self.width()}px; max-width: 100%; height: auto"
        source = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
        return f'<img src="{source}" alt="{html.escape(self.alt)}" style="{style}">'


def picture(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Picture | None]:
    """Turn a function that returns a figure and its text alternative into one that returns a ``Picture``.

    While a notebook is graded or validated the function is not called, and the result is None.
    """

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture | None:
        if unseen():
            return None
        from matplotlib import rc_context

        with rc_context(FONTS):
            return Picture(*draw(*args, **kwargs))

    return drawn


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of ``width`` by ``height`` inches, which lays itself out."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def as_array(data: object) -> np.ndarray:
    """A tensor, an array or nested lists as a NumPy array of floats."""
    if hasattr(data, "detach"):
        data = data.detach().cpu().double()
    return np.asarray(data, dtype=float)


def of_shape(data: object, shape: tuple[int, ...], source: str) -> np.ndarray:
    """What ``source`` gave as an array, or a ValueError that says which shape the picture needs."""
    found = getattr(data, "shape", None)
    if found is None or tuple(found) != shape:
        seen = f"a {type(data).__name__}" if found is None else f"shape {tuple(found)}"
        raise ValueError(f"{source} gave {seen}, where this picture needs shape {shape}")
    return as_array(data)


def tint(colour: str, strength: float = 0.22) -> tuple[float, float, float]:
    """``colour`` mixed with white: a background on which dark text is easy to read."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - strength * (1 - channel) for channel in to_rgb(colour))
    return red, green, blue


def legible_on(colour: ArrayLike) -> str:
    """Black or white, whichever has more contrast on ``colour``: at least 4.5 to 1 on any (WCAG 2)."""
    linear = np.where(np.less(colour, 0.04045), np.divide(colour, 12.92), np.add(colour, 0.055) / 1.055)
    return "black" if np.dot(linear[:3] ** 2.4, (0.2126, 0.7152, 0.0722)) > 0.179 else "white"


def few(matrix: np.ndarray) -> bool:
    """Whether a matrix, or each of a stack of them, is small enough for a number in every cell."""
    return all(size <= 12 for size in matrix.shape[-2:])


def cells(axes: Axes, matrix: np.ndarray, low: float, high: float, digits: int = 2, power: float = 1.0) -> AxesImage:
    """Draw a matrix as coloured cells, with its numbers where they are few; return the image.

    The colours follow the numbers to this power: below 1, small ones can be told from none. What is not a number
    is pale red, a colour that the scale does not have.
    """
    from matplotlib import colormaps
    from matplotlib.colors import PowerNorm

    shades = colormaps[MAP].with_extremes(bad=tint(RED))
    image = axes.imshow(matrix, cmap=shades, norm=PowerNorm(power, low, high), aspect="auto")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.locator_params(integer=True)
    if few(matrix):
        _write_numbers(axes, matrix, image, digits)
    return image


def _write_numbers(axes: Axes, matrix: np.ndarray, image: AxesImage, digits: int) -> None:
    axes.set_xticks(np.arange(1, matrix.shape[1]) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, matrix.shape[0]) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    for (row, column), number in np.ndenumerate(matrix):
        ink = legible_on(image.cmap(image.norm(number)))
        axes.text(column, row, f"{number:.{digits}f}", ha="center", va="center", color=ink, fontsize=9)


class Board:
    """A blank surface with equal units on both axes, for boxes, arrows and labels."""

    def __init__(self, width: float, height: float, inches: float) -> None:
        self.figure = new_figure(inches, inches * height / width)
        self.figure.set_layout_engine("none")
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(0, height))
        self.axes.set_axis_off()

    def box(self, x: float, y: float, text: str, colour: str, width: float = 1.5, height: float = 0.8) -> None:
        """A rounded box around the point (x, y)."""
        from matplotlib.patches import FancyBboxPatch

        corner = (x - width / 2, y - height / 2)
        shape = FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.12")
        shape.set(facecolor=tint(colour), edgecolor=colour, linewidth=1.5, zorder=2)
        self.axes.add_patch(shape)
        self.axes.text(x, y, text, ha="center", va="center", zorder=3)

    def cell(self, x: float, y: float, text: str, colour: str, width: float = 1) -> None:
        """A square-cornered cell whose lower left corner is (x, y)."""
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Rectangle

        shape = Rectangle((x, y), width, 1, facecolor=colour, edgecolor="white", linewidth=1.5, zorder=2)
        self.axes.add_patch(shape)
        ink = legible_on(to_rgb(colour))
        self.axes.text(x + width / 2, y + 0.5, text, ha="center", va="center", fontsize=9, color=ink, zorder=3)

    def arrow(self, *points: tuple[float, float], colour: str = OPERATION) -> None:
        """An arrow through the points, bent where they bend, with its head at the last."""
        xs, ys = zip(*points[:-1], strict=True)
        self.axes.plot(xs, ys, color=colour, linewidth=1.5, zorder=1, solid_capstyle="butt")
        line = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", points[-1], points[-2], arrowprops=line, zorder=1)

    def plus(self, x: float, y: float, colour: str) -> None:
        """A ring with a plus around the point (x, y): an addition."""
        from matplotlib.patches import Circle

        self.axes.add_patch(Circle((x, y), 0.3, facecolor="white", edgecolor=colour, linewidth=1.5, zorder=2))
        self.label(x, y - 0.02, "+", fontsize=13)

    def label(self, x: float, y: float, text: str, **options: Any) -> None:
        """Text around the point (x, y)."""
        self.axes.text(x, y, text, **{"ha": "center", "va": "center", "fontsize": 9, "zorder": 4, **options})

    def bracket(self, left: float, right: float, y: float, text: str) -> None:
        """A bracket under the span from ``left`` to ``right``, named by ``text``."""
        self.axes.plot([left, left, right, right], [y + 0.15, y, y, y + 0.15], color=OPERATION, linewidth=1.2, zorder=1)
        self.label((left + right) / 2, y - 0.25, text, family="DejaVu Sans Mono")
