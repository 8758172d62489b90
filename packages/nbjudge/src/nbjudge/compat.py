"""The private parts of other libraries that nbjudge cannot do without, each with the versions it was tried with.

`tests/nbjudge/test_compat.py` says in words which of them a new version has changed.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # kernels have no need of it
    from nbconvert.exporters import Exporter


def open_gradebooks_fast() -> None:
    """Have gradebooks open with less work (`nbgrader.api`; tried: nbgrader 0.9.4 and 0.9.6).

    nbgrader opens one for each of its steps, several times for a submission. Those of one address share an engine of
    SQLAlchemy's, as engines are made to be, where another would put every question into SQL anew; `Gradebook.close`
    closes its connections. And whether all tables are there is one question, and not one for each table: to a server
    far away, these would be most of what is asked for a submission.
    """
    from nbgrader import api  # which kernels, who have need of other things here, do without

    if hasattr(api.create_engine, "cache_info"):
        return
    api.create_engine = functools.cache(api.create_engine)
    metadata, create_all = api.Base.metadata, api.Base.metadata.create_all

    def create_missing(bind: Any) -> None:
        if not metadata.tables.keys() <= set(api.inspect(bind).get_table_names()):
            create_all(bind=bind)

    metadata.create_all = create_missing


def forget_notebooks(exporter: Exporter) -> None:
    """Have an exporter let go of what it has written (`nbconvert.exporters.Exporter`; tried: nbconvert 7.16.5 to 7.17.2).

    It keeps the metadata of each notebook, in which code may be highlighted by its language: of a class, all verdicts.
    """
    exporter._nb_metadata.clear()


class ListeningSockets:
    """For `ipykernel.kernelapp.IPKernelApp` (tried: ipykernel 7.0 to 7.4): its sockets listen already.

    Set `listeners`, descriptors by port, before `init_sockets` runs. ipykernel binds each of its sockets to an address;
    it has no public way to be handed one that is bound.
    """

    listeners: dict[int, int]

    def _bind_socket(self, socket: Any, port: int) -> int:
        import zmq

        socket.setsockopt(zmq.USE_FD, self.listeners[port])
        bound: int = super()._bind_socket(socket, port)  # type: ignore[misc]  # IPKernelApp's, the next class
        return bound
