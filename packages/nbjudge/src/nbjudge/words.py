"""How things are said to a person: sizes, exit statuses, and text that came from strangers, in one place."""

from __future__ import annotations

import signal
import unicodedata

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def size_in_words(size: int) -> str:
    """A number of bytes as people write it: 2147483648 is '2 GiB'."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def exit_in_words(code: int) -> str:
    """How a process ended, to go on after its name; `code` is its exit status, negative for a signal."""
    if code >= 0:
        return f"exited with status {code}"
    return f"was killed by signal {-code} ({(signal.strsignal(-code) or 'unknown').lower()})"


def clean(text: object, most: int | None = None) -> str:
    """Text that can be written to a file, cut after `most` characters: JSON may hold half of a surrogate pair."""
    return str(text)[:most].encode("utf-8", "replace").decode()


def fit_to_print(name: str) -> bool:
    """Whether a name is plain text: nothing that a terminal would obey, and nothing that is no UTF-8."""
    return not any(unicodedata.category(character).startswith("C") for character in name)
