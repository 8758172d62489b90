"""What varies by chance varies by a secret of the course: nobody knows beforehand what the checks will draw.

The seed of a submission follows from the secret and from whose it is, so that grading it again repeats it. It is
recorded with the verdict, in the metadata of the graded notebook.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

_FILE = Path(".nbjudge") / "secret"


def course_secret(root: Path) -> str:
    """The secret of the course at `root`, made when it is first wanted."""
    path = root / _FILE
    path.parent.mkdir(exist_ok=True)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with open(fd, "w") as file:
        file.write(secret := secrets.token_hex(32))
    return secret


def seed_of(secret: str, *whose: str) -> int:
    """The seed of a submission, of 32 bits."""
    digest = hmac.new(secret.encode(), "\0".join(whose).encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big")
