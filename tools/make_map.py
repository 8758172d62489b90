"""Makes the map of the course that opens README: `attnkit`'s own picture of the Transformer, as a file."""

from __future__ import annotations

from pathlib import Path

from attnkit.pictures.course_map import architecture

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "docs/map.svg"


def map_of_the_course() -> bytes:
    """The file, the same in every run."""
    return architecture().svg()


if __name__ == "__main__":
    PLACE.write_bytes(map_of_the_course())
