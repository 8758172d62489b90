"""Things that no submission may read, change or reach; each has a value that would show up if it was."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
from pathlib import Path


class Canaries:
    """A secret file, a secret in the environment, secrets in the course, and listeners that must hear nothing."""

    def __init__(self, folder: Path, course: Path):
        folder.mkdir(parents=True)
        self.token = secrets.token_hex(6)
        names = ("FILE", "ENVIRONMENT", "CHECKS", "SOURCE", "NEIGHBOUR", "STALE")
        self.values = {name: f"canary-{name.lower()}-{secrets.token_hex(8)}" for name in names}
        self.secret = folder / "secret.txt"
        self.secret.write_text(self.values["FILE"])
        self.secret.chmod(0o644)
        self.environment = {"COURSE_API_KEY": self.values["ENVIRONMENT"]}
        self.heard: list[str] = []
        self._stop = threading.Event()
        self._sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self._sockets[1].bind("\0" + self.token)
        self._sockets[1].listen()
        self.port = self._sockets[0].getsockname()[1]
        for listener in self._sockets:
            listener.settimeout(0.2)
            threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
        self._places = {
            "ROOT": str(course),
            "SECRET": str(self.secret),
            "PORT": str(self.port),
            "TOKEN": self.token,
        }

    def fill(self, text: str) -> str:
        """`text` with the neighbour's secret and the places that it names between @ signs."""
        for name, value in {**self._places, "NEIGHBOUR": self.values["NEIGHBOUR"]}.items():
            text = text.replace(f"@{name}@", value)
        return text

    def _listen(self, listener: socket.socket) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            connection.close()
            self.heard.append("a connection to a listener of the machine")

    def close(self) -> None:
        self._stop.set()
        for listener in self._sockets:
            listener.close()

    def seen_in(self, folder: Path, but: tuple[str, ...] = ()) -> list[str]:
        """Which secrets stand in a file below `folder`; the neighbour's own may stand in folders named in `but`."""
        found = []
        for path in sorted(files_below(folder)):
            data = path.read_bytes()
            for name, value in self.values.items():
                own = name == "NEIGHBOUR" and any(part in but for part in path.parts)
                if value.encode() in data and not own:
                    found.append(f"{name} in {path.relative_to(folder)}")
        return found

    def left_on_machine(self) -> list[str]:
        """Files with our token in their names, in the places where everybody may write."""
        places = [Path(p) for p in ("/tmp", "/dev/shm", "/var/tmp", str(Path.home()), "/")]
        return [str(found) for place in places if place.is_dir() for found in place.glob(f"*{self.token}*")]


def fingerprints(*places: Path) -> dict[str, str]:
    """A hash of every file below the places."""
    files = [f for place in places for f in ([place] if place.is_file() else sorted(files_below(place)))]
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def files_below(folder: Path) -> list[Path]:
    """Every regular file below `folder`; paths that are too long for Linux are passed over."""
    found = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    return [path for path in found if len(os.fsencode(path)) < 4096 and path.is_file() and not path.is_symlink()]
