"""The table at the end: attack, what it tried, what happened."""

from __future__ import annotations

import textwrap

HEAD = {
    "rows": "row",
    "name": "attack",
    "tries": "what it tries",
    "happened": "what happened",
    "stock": "stock nbgrader",
}
WIDTHS = {"rows": 5, "name": 26, "tries": 46, "happened": 44, "stock": 26}


def lines(rows: list[dict]) -> list[str]:
    """The rows, sorted by the list of known attacks, as lines of text."""
    found = [_line(HEAD), "  ".join("-" * width for width in WIDTHS.values())]
    for row in sorted(rows, key=_order):
        found.append(_line(row))
    return [line for block in found for line in block.splitlines()]


def _order(row: dict) -> tuple:
    number = row["rows"].removeprefix("A")
    return (0, int(number), row["name"]) if number.isdigit() else (1, 0, row["name"])


def _line(row: dict) -> str:
    cells = [textwrap.wrap(str(row.get(key, "")), width) or [""] for key, width in WIDTHS.items()]
    height = max(map(len, cells))
    padded = [cell + [""] * (height - len(cell)) for cell in cells]
    texts = zip(*padded, strict=True)
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, WIDTHS.values(), strict=True)).rstrip()
        for line in texts
    )
