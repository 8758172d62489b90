"""A PostgreSQL server for a test: nobody else reaches it, and what it holds may be lost."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from patience import until
from psycopg import sql

_PROGRAMS = Path("/usr/lib/postgresql")  # of each version, where Debian has them
_USER = {"user": "postgres", "group": "postgres", "extra_groups": []}  # it refuses to run as root
_ROLE, _PASSWORD = "grader", "a pass@word:of/100 %"  # with all that means something else in an address


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended. Nobody may have asked yet how it did."""
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


class Server:
    """Reached by a socket, in a folder of its user's, and by a port of this machine, with a password."""

    def __init__(self) -> None:
        found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        assert found, f"no PostgreSQL below {_PROGRAMS}; tools/install_system.sh installs it"
        self._programs = found[-1].parent
        self._as = _USER if os.geteuid() == 0 else {}
        # Not in pytest's folder, which only its user may enter, and whose name may be too long for a socket.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        if self._as:
            shutil.chown(self._folder, _USER["user"], _USER["group"])
        (self._folder / "password").write_text(_PASSWORD)
        who = (f"--username={_ROLE}", f"--pwfile={self._folder / 'password'}")
        who += ("--auth-local=trust", "--auth-host=scram-sha-256")
        options = ("--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C")
        subprocess.run(
            [self._programs / "initdb", *options, *who, self._folder / "data"],
            check=True,
            capture_output=True,
            cwd=self._folder,
            **self._as,
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        settings = ("listen_addresses=127.0.0.1", f"port={self._port}", "fsync=off", "shared_buffers=16MB")
        options = [word for setting in settings for word in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *options],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._as,
            )
        assert until(self._answers), (self._folder / "log").read_text()

    def kill(self) -> None:
        """Let it end at once, and all its processes, in the midst of whatever they do."""
        postmaster = psutil.Process(self._process.pid)
        postmaster.suspend()  # so that it begins no more
        processes = postmaster.children(recursive=True)
        for process in (postmaster, *processes):
            process.kill()
        self._process.wait()
        assert until(lambda: not any(map(_runs, processes)))

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder)

    def create(self, name: str, like: str = "template1", by_socket: bool = False) -> str:
        """Make a database, empty or the same as another one; returns its address, by the port or by the socket."""
        command = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(like))
        with self._connect() as connection:
            connection.execute(command)
        if by_socket:
            return f"postgresql+psycopg://{_ROLE}@/{name}?host={self._folder}&port={self._port}"
        return f"postgresql+psycopg://{_ROLE}:{quote(_PASSWORD, safe='')}@127.0.0.1:{self._port}/{name}"

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self._folder / "log").read_text()
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self._folder), port=self._port, user=_ROLE, dbname="postgres", autocommit=True)
