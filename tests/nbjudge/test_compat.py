"""What nbjudge relies on in another library's private parts. Where a new version changes it, a sentence says so."""

from __future__ import annotations

import atexit
import inspect
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import ipykernel
import nbconvert
import nbgrader
import pytest
import zmq
from ipykernel.kernelapp import IPKernelApp
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_notebook
from nbgrader import api
from nbjudge.compat import ListeningSockets, forget_notebooks, open_gradebooks_fast
from sqlalchemy import event, text

CHANGED = f"ipykernel {ipykernel.__version__} has changed what nbjudge.compat.ListeningSockets relies on"
CHANNELS = ("shell", "stdin", "control", "iopub")  # the grader needs no heartbeat


class App(ListeningSockets, IPKernelApp):
    """What a grading kernel is made of, with sockets that were made beforehand."""

    def __init__(self, folder: Path):
        super().__init__(transport="ipc", ip=str(folder / "nowhere" / "k"))  # where ipykernel itself could bind nothing
        self.asked: list[int] = []
        self.listeners = {}
        for port, channel in enumerate(CHANNELS, start=1):
            setattr(self, f"{channel}_port", port)
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(folder / channel))
            listener.listen()
            self.listeners[port] = listener.detach()

    def _bind_socket(self, socket: zmq.Socket[bytes], port: int) -> int:
        self.asked.append(port)
        return super()._bind_socket(socket, port)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sockets lie: by a short name, since a socket's path has room for 107 bytes."""
    monkeypatch.chdir(tmp_path)
    return Path()


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    app = App(folder)
    yield app
    atexit.unregister(app.close)  # which waits for sockets that were opened and not bound
    if app.iopub_thread is not None:
        app.iopub_thread.stop()
    if app.context is not None:
        app.context.destroy(linger=0)


def test_an_exporter_lets_go_of_what_it_has_written():
    changed = f"nbconvert {nbconvert.__version__} has changed what nbjudge.compat.forget_notebooks relies on"
    exporter, notebook = NotebookExporter(), new_notebook(metadata={"much": "text"})
    exporter.from_notebook_node(notebook, {"metadata": {"name": "one", "path": "of_many"}})
    kept = getattr(exporter, "_nb_metadata", None)
    assert kept, f"{changed}: what was written is kept in another place, or not at all"
    forget_notebooks(exporter)
    assert not kept


def test_ipykernel_has_a_method_that_binds_a_socket_to_a_port():
    method = getattr(IPKernelApp, "_bind_socket", None)
    assert method is not None, f"{CHANGED}: there is no IPKernelApp._bind_socket any more"
    taken = list(inspect.signature(method).parameters)
    assert len(taken) == 3, f"{CHANGED}: IPKernelApp._bind_socket takes {taken}, and not itself, a socket and a port"


def test_ipykernel_binds_every_socket_by_that_method(app):
    try:
        app.init_sockets()
    except zmq.ZMQError as error:
        pytest.fail(f"{CHANGED}: a socket is bound in another way than by IPKernelApp._bind_socket ({error})")
    asked = {name for name, port in zip(CHANNELS, app.listeners, strict=True) if port in app.asked}
    assert asked == set(CHANNELS), f"{CHANGED}: of its sockets, IPKernelApp._bind_socket binds only {sorted(asked)}"


def test_a_socket_that_listens_already_is_heard(app, folder):
    app.init_sockets()
    with zmq.Context() as context, context.socket(zmq.DEALER) as client:
        client.linger = 0
        client.connect(f"ipc://{folder / 'shell'}")
        client.send(b"is anybody there?")
        heard = app.shell_socket.poll(60_000) and app.shell_socket.recv_multipart()[-1]
    assert heard == b"is anybody there?", f"{CHANGED}: what is sent to a socket that listened already is not heard"


def test_ipykernel_asks_where_it_is_reached_before_it_makes_its_sockets():
    """A kernel is forked, and given its sockets, in `init_connection_file`."""
    steps = []

    def noted(name: str):
        return lambda *_, **__: steps.append(name)

    said = ("write_connection_file", "log_connection_info")
    names = [name for name in dir(IPKernelApp) if name.startswith("init_") or name in said]
    type("Noted", (IPKernelApp,), {name: noted(name) for name in names})().initialize([])
    order = [step for step in steps if step in ("init_connection_file", "init_sockets", "init_kernel")]
    assert order == ["init_connection_file", "init_sockets", "init_kernel"], f"{CHANGED}: it now starts by {steps}"


@pytest.fixture
def opened_fast(monkeypatch: pytest.MonkeyPatch) -> str:
    """What to say where a test of it fails."""
    monkeypatch.setattr(api, "create_engine", api.create_engine)  # to be put back
    monkeypatch.setattr(api.Base.metadata, "create_all", api.Base.metadata.create_all)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # for alembic
    open_gradebooks_fast()
    return f"nbgrader {nbgrader.__version__} has changed what nbjudge.compat.open_gradebooks_fast relies on"


def test_gradebooks_of_one_address_share_an_engine_and_close_its_connections(tmp_path, opened_fast):
    address, other = (f"sqlite:///{tmp_path / name}.db" for name in ("one", "other"))
    with api.Gradebook(address) as first, api.Gradebook(address) as second, api.Gradebook(other) as third:
        assert first.engine is second.engine is not third.engine, opened_fast
        first.add_assignment("early")
        assert [one.name for one in second.assignments] == ["early"]
    opened = [link.resolve() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert tmp_path / "one.db" not in opened, opened_fast
    with api.Gradebook(address) as again:
        assert again.find_assignment("early"), opened_fast


def test_a_gradebook_asks_for_its_tables_at_once_and_makes_those_that_are_missing(tmp_path, opened_fast):
    address = f"sqlite:///{tmp_path / 'one.db'}"
    with api.Gradebook(address) as gradebook, gradebook.engine.begin() as connection:
        connection.execute(text("DROP TABLE comment"))
    asked: list[str] = []
    event.listen(gradebook.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    with api.Gradebook(address) as gradebook:
        assert "comment" in api.inspect(gradebook.engine).get_table_names(), opened_fast
        asked.clear()
    with api.Gradebook(address):
        assert len(asked) < len(api.Base.metadata.tables), opened_fast
