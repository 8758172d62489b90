"""A forked child of ours that fails says why, where a person can read it, and its parent learns that it failed."""

from __future__ import annotations

import os
import socket

import pytest
from nbjudge.conversation.common.forks import ForkServer

SERVER = """
from nbjudge.conversation.common.forks import Forks

class Failing(Forks):
    def run(self, job, sock):
        if job == "fail":
            raise RuntimeError("no room left")
        if job == "unheard":
            raise BrokenPipeError

Failing().serve()
"""


@pytest.mark.parametrize(("job", "status", "said"), [("fail", 1, True), ("unheard", 1, False), ("work", 0, False)])
def test_a_child_says_why_it_failed(tmp_path, monkeypatch, capfd, job, status, said):
    (tmp_path / "failing.py").write_text(SERVER)
    monkeypatch.syspath_prepend(str(tmp_path))
    server = ForkServer("failing", ())
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert server.status(server.spawn(os.dup(theirs.fileno()), job), wait=True) == status
    server.close()
    errors = capfd.readouterr().err
    assert ("RuntimeError: no room left" in errors) == said
    assert ("Traceback" in errors) == said
