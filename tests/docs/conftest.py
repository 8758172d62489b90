from __future__ import annotations

import fcntl
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from attacks.browser import Browser
from built_site import Site, build


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Site:
    """Built once, by that of the processes of a run which is the first to ask."""
    common = tmp_path_factory.getbasetemp()
    common = common if worker_id == "master" else common.parent
    folder = common / "site"
    with (common / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "built").exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            (folder / "built").touch()
    return Site(folder / "build/site")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def served(site):
    """The address of the site, as a web server has it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site.folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()
