"""README's page for learners, followed literally, but that pip says what it would install and installs nothing.

What this brings along, and that it works, is tried by tests/versions/test_wheels.py.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from patience import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
INSTALLS = ("python3 -m venv ", "pip ")


@pytest.fixture(scope="module")
def commands() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [section] = re.findall(r"^## For learners\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    return "".join(re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)).splitlines()


@pytest.fixture
def clone(tmp_path) -> Path:
    clone = tmp_path / "clone"
    for name in ("packages", "release"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy2(ROOT / "constraints.txt", clone)
    return clone


def test_what_it_installs_is_to_be_had(commands, clone):
    dry = 'pip() { command pip "$@" --dry-run --no-deps; }'
    script = "\n".join([dry, *(line for line in commands if line.startswith(INSTALLS))])
    done = subprocess.run(["bash", "-ec", script], cwd=clone, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = " ".join(re.findall(r"^Would install (.*)$", done.stdout, re.MULTILINE))
    for name in ("torch", "jupyterlab", "nbgrader", "attnkit"):
        assert re.search(rf"\b{name}-\d", found), name


def test_what_it_opens_is_a_folder_with_the_lessons(commands, clone, tmp_path):
    script = "\n".join(line for line in commands if not line.startswith(INSTALLS))
    assert commands[-1].startswith("jupyter lab ")  # which goes on until somebody ends it
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = tmp_path / "jupyter"
    settings.mkdir()
    here = {"open_browser": False, "allow_root": True, "ip": "127.0.0.1", "port": port}
    config = {"ServerApp": here, "IdentityProvider": {"token": ""}, "PasswordIdentityProvider": {"hashed_password": ""}}
    (settings / "jupyter_server_config.json").write_text(json.dumps(config))
    places = {f"JUPYTER_{kind}_DIR": str(settings) for kind in ("CONFIG", "DATA", "RUNTIME")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, **places, "PATH": path}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            ["bash", "-ec", script], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        address = f"http://127.0.0.1:{port}/api/contents"
        assert until(lambda: listing(address) or server.poll() is not None)
        assert {path.name for path in (clone / "release").iterdir()} <= listing(address), (tmp_path / "log").read_text()
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has failed, as the assertion says
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(PATIENCE)


def listing(address: str) -> set[str]:
    """The names in the folder that a server shows; none before it answers."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return {entry["name"] for entry in json.load(answer)["content"]}
    except OSError:
        return set()
