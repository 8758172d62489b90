"""The site, built in a folder of its own, and its pages as a test reads them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
EXECUTED = "05_feed_forward"  # the others are shown without their outputs: each takes seconds, the last one minutes
TEXTS = ("AUTHORING.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "constraints.txt", "pyproject.toml")


@dataclass(frozen=True)
class Page:
    path: Path

    @cached_property
    def html(self) -> BeautifulSoup:
        return BeautifulSoup(self.path.read_text(encoding="utf-8"), "html.parser")

    @cached_property
    def article(self) -> str:
        """What the page says, without navigation."""
        return self.html.select_one("article").get_text()

    @cached_property
    def ids(self) -> set[str]:
        return {element["id"] for element in self.html.select("[id]")}

    def cells(self) -> list[tuple[str, str]]:
        """Of a lesson: the code of each cell, and the HTML of what is shown below it."""
        return [
            (cell.select_one(".cell_input").get_text(), "".join(map(str, cell.select(".cell_output"))))
            for cell in self.html.select("div.cell")
        ]


class Site:
    """Its pages by their addresses, as `pages/course.html`."""

    def __init__(self, folder: Path):
        self.folder = folder
        paths = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
        self.pages = {str(path.relative_to(folder)): Page(path) for path in paths}

    def lessons(self) -> dict[str, Page]:
        return {page.path.stem: page for name, page in self.pages.items() if name.startswith("lessons/")}


def run(*command: str, folder: Path) -> None:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def build(folder: Path) -> None:
    """The two steps of `make docs`, with one lesson executed."""
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("lessons", "__pycache__"))
    for name in TEXTS:
        shutil.copy2(ROOT / name, folder)
    for name in ("packages", "release", "source"):
        (folder / name).symlink_to(ROOT / name)
    run("docs/lessons.py", "--execute", EXECUTED, folder=folder)
    options = ("--quiet", "--fail-on-warning", "--keep-going", "--doctree-dir", "build/doctrees")
    run("-m", "sphinx", *options, "docs", "build/site", folder=folder)
