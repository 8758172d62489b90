"""A worker that was started anew, on a system that cannot fork: it calls back whoever started it."""

from __future__ import annotations

import signal
import socket
import sys

from nbjudge.conversation.common.messages import KEY_BYTES
from nbjudge.conversation.inside.forkserver import import_all, run_job


def main(port: str, *preload: str) -> None:
    """Prove who we are, by the key on standard input; then run one job."""
    key = sys.stdin.buffer.read(KEY_BYTES)
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.sendall(key)
    import_all(preload)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run_job(connection)


if __name__ == "__main__":
    main(*sys.argv[1:])
