"""How a command ends that may not go on: as nbgrader's own commands do, for whoever has called it."""

from __future__ import annotations

import logging
from typing import NoReturn

from nbgrader.converters import NbGraderException


def refuse(log: logging.Logger, why: str) -> NoReturn:
    """End the command, with the reason in its log, which a terminal and the formgrader show; `--quiet` leaves it in."""
    log.critical("%s", why)
    raise NbGraderException(why)
