"""The way to a gradebook: whether there is one, and patience where another grader writes to it, or its server restarts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from nbjudge.errors import CourseError

_SECONDS = 30.0
_T = TypeVar("_T")


def open_once(address: str) -> None:
    """Open a gradebook, which makes what it lacks, and close it. Raises `CourseError`, with the mend, where it cannot."""
    try:
        shown = make_url(address).render_as_string(hide_password=True)
    except ArgumentError:
        what = f"{address!r} is no address of a gradebook"
        raise CourseError(f"{what}: write it as sqlite:////home/me/course/gradebook.db") from None
    try:
        Gradebook(address).close()
    except (NoSuchModuleError, ImportError) as error:
        mend = "For PostgreSQL: pip install 'psycopg[binary]', and write it as postgresql+psycopg://me@host/gradebook"
        raise CourseError(
            f"the gradebook {shown} cannot be opened: there is no driver for it ({error}). {mend}"
        ) from error
    except FileNotFoundError as error:  # nbgrader calls alembic, as a shell would
        mend = "Activate the environment that nbgrader is installed in, so that the command is on the PATH"
        raise CourseError(f"the gradebook {shown} cannot be made without {error.filename}. {mend}") from error
    except DBAPIError as error:
        why = " ".join(str(error.orig).split())
        mend = "Is the address right, and is its folder, or its server, there?"
        raise CourseError(f"the gradebook {shown} cannot be opened: {why}. {mend}") from error


def patient_address(address: str) -> str:
    """The same gradebook; SQLite would wait five seconds for another one who writes, and then give up."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or "timeout" in url.query:
        return address
    return url.update_query_dict({"timeout": f"{_SECONDS:g}"}).render_as_string(hide_password=False)


def patiently(do: Callable[[], _T]) -> _T:
    """Do something with the gradebook, and do it again while that cannot be reached, for half a minute."""
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return do()
        except (OperationalError, InvalidEntry) as error:
            # nbgrader calls an entry invalid that could not be written, whatever kept it from that.
            unreachable = isinstance(error, OperationalError) or isinstance(error.__context__, OperationalError)
            if not unreachable or time.monotonic() > deadline:
                raise
        time.sleep(0.2)
