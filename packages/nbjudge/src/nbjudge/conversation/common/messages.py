"""Messages between a grader and the processes that it forks by a parent: JSON, with open files beside it.

They go over sequenced-packet Unix sockets, so a message arrives whole or not at all.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any, TypeAlias, TypedDict

JUDGE_FD = "NBJUDGE_FD"
"""The environment variable by which a kernel finds its end of the socket that it is judged over."""

SERVE = "nbjudge_serve"
"""The key in the metadata of a request for a cell by which the grader asks to serve an object in the cell's place."""

KEY_BYTES = 32
"""The length of the key by which a process that was started anew proves that it is ours."""

Message: TypeAlias = dict[str, Any]
"""A JSON object, from a process of our own."""


class Job(TypedDict):
    """What a forked worker is to run, and to serve."""

    setup: str
    cells: list[str]
    expression: str
    earlier_names: list[str]
    given: str
    out_of_reach: list[str]
    """Names of the given module that the exercise, and later ones, ask for."""


_MAX_BYTES = 64 * 1024
_MAX_FDS = 16
_CREDENTIALS = struct.Struct("iII")  # process id, user id, group id


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def judge_pair() -> tuple[socket.socket, socket.socket]:
    """The judge's end of the socket that a kernel is judged over, and the kernel's.

    An urgent byte counts as any other: out of line, it would wake us again and again, and could not be read.
    """
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    return ours, theirs


def send(end: socket.socket, message: Message, fds: list[int] | tuple[int, ...] = ()) -> None:
    """Send a message; the receiver gets descriptors of its own for the files behind `fds`."""
    data = json.dumps(message).encode()
    if len(data) > _MAX_BYTES:
        raise ValueError(f"a message of {len(data)} bytes is too long")
    socket.send_fds(end, [data], fds)


def receive(end: socket.socket) -> tuple[Message, list[int]]:
    """The next message, and the descriptors that came with it. Raises `EOFError` at the end."""
    data, fds, _, _ = socket.recv_fds(end, _MAX_BYTES, _MAX_FDS)
    if not data:
        raise EOFError("the other end is closed")
    for fd in fds:
        os.set_inheritable(fd, False)
    return json.loads(data), fds


def ask_for_senders(end: socket.socket) -> None:
    """From now on, Linux notes with each message received at `end` which process sent it."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)


def receive_with_sender(end: socket.socket) -> tuple[Message, int]:
    """The next message and the id, in our pid namespace, of the process that sent it."""
    data, notes, _, _ = end.recvmsg(_MAX_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size))
    if not data:
        raise EOFError("the other end is closed")
    for level, kind, note in notes:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            return json.loads(data), _CREDENTIALS.unpack(note)[0]
    raise ValueError("a message without its sender")
