"""What varies by chance varies by a secret of the course: nobody knows beforehand what the checks will draw.

The seed of a submission follows from the secret and from whose it is, so that grading it again repeats it. It is
recorded with the verdict, in the metadata of the graded notebook.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from nbjudge.errors import CourseError

_FILE = Path(".nbjudge") / "secret"


def course_secret(root: Path) -> str:
    """The secret of the course at `root`, made when it is first wanted. Raises `CourseError` if it cannot be read."""
    path = root / _FILE
    try:
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:  # for its owner's eyes only
                file.write(secrets.token_hex(32))
                file.flush()
                with contextlib.suppress(FileExistsError):  # another grader was faster
                    os.link(file.name, path)
        return path.read_text()
    except OSError as error:
        raise CourseError(f"{path}: cannot be read or made ({error.strerror}); let whoever grades read it") from error


def seed_of(secret: str, *whose: str) -> int:
    """The seed of a submission, of 32 bits."""
    digest = hmac.new(secret.encode(), "\0".join(whose).encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big")
