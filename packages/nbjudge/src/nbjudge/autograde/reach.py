"""Patience with a gradebook that another grader is writing to, or whose server begins anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from nbgrader.api import InvalidEntry
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

_SECONDS = 30.0
_T = TypeVar("_T")


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
