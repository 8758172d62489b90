"""The private parts of other libraries that nbjudge cannot do without, each with the versions it was tried with.

`tests/nbjudge/test_compat.py` says in words which of them a new version has changed.
"""

from __future__ import annotations

import functools
from typing import Any


def share_engines() -> None:
    """Have gradebooks of one address share an engine of SQLAlchemy's (`nbgrader.api`; tried: nbgrader 0.9.4 and 0.9.6).

    nbgrader opens a gradebook for each of its steps, seven times for a submission, with an engine of its own, which
    would put every question into SQL anew. An engine is made to be shared: `Gradebook.close` closes its connections.
    """
    from nbgrader import api  # which kernels, who have need of other things here, do without

    if not hasattr(api.create_engine, "cache_info"):
        api.create_engine = functools.cache(api.create_engine)


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
