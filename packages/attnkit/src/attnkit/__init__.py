"""What a learner of the course works with.

``attnkit.parts`` gives every earlier component, so that each exercise stands alone;
``attnkit.pictures`` draws what the components do; ``attnkit.check`` is the line under each exercise;
``attnkit.progress`` and ``attnkit.course_map`` show how far you are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attnkit._check import check
from attnkit._execution import grading, unseen, validating

if TYPE_CHECKING:
    from attnkit.pictures import Picture

__all__ = ["check", "course_map", "grading", "progress", "unseen", "validating"]

__version__ = "0.1.0"


def course_map(here: str = "") -> Picture | None:
    """The whole Transformer as a picture, with what you have built of it.

    ``here`` is the number of the lesson to point at, such as ``"04"``.
    """
    from attnkit.pictures.course_map import course_map as draw  # matplotlib takes a moment, and checks need none

    return draw(here)


def progress() -> Picture | None:
    """How far you are: `course_map`, and under it, in words, the points of every exercise that was checked."""
    from attnkit._progress import folder, read
    from attnkit.pictures.course_map import as_text

    print(as_text(read(folder())))
    return course_map()
