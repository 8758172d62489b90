"""A cluster that runs already: a scheduler and workers, each in a folder of its own, with nothing in common."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from patience import until

_KEYS = ("--tls-ca-file", "cert.pem", "--tls-cert", "cert.pem", "--tls-key", "key.pem")


class Cluster:
    """Its members know each other by a key, and none knows a course."""

    def __init__(self, root: Path):
        self._root = root
        self._begun: list[subprocess.Popen[bytes]] = []

    def start(self, workers: int) -> None:
        scheduler = self._folder("scheduler")
        make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=cluster -keyout key.pem -out cert.pem"
        subprocess.run(make.split(), cwd=scheduler, check=True, capture_output=True)
        self._begin(scheduler, "--protocol", "tls", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", "me")
        assert until(lambda: _whole(scheduler / "me"))
        self.address: str = json.loads((scheduler / "me").read_text())["address"]
        self.keys = [str(scheduler / word) if word.endswith(".pem") else word for word in _KEYS]
        for number in range(workers):
            folder = self._folder(f"worker-{number}")
            for name in ("key.pem", "cert.pem"):
                shutil.copy(scheduler / name, folder)
            self._begin(folder, self.address, "--nthreads", "1")

    def stop(self) -> None:
        for process in self._begun:
            process.terminate()
        for process in self._begun:
            process.wait()

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self._begun[0]

    def _folder(self, name: str) -> Path:
        folder = self._root / name
        (folder / "tmp").mkdir(parents=True)
        return folder

    def _begin(self, folder: Path, *arguments: str) -> None:
        module = f"distributed.cli.dask_{folder.name.partition('-')[0]}"
        environment = {
            **os.environ,
            "TMPDIR": str(folder / "tmp"),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        }
        environment.pop("PYTHONPATH", None)
        command = [sys.executable, "-m", module, *_KEYS, "--no-dashboard", *arguments]
        with (folder / "log").open("wb") as log:
            self._begun.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log))


def _whole(file: Path) -> bool:
    """Whether a scheduler has written its file to the end: there it is from the moment that it is opened."""
    return file.is_file() and file.read_text().endswith("}")
