"""Folders as bytes, and back."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_ABOUT = "about.json"
_FOLDER = "files/"
_WHEN = (2000, 1, 1, 0, 0, 0)  # the same files make the same bytes


def pack(about: Mapping[str, Any], files: Mapping[str, Path | bytes], compress: bool = False) -> bytes:
    """What is to be told, as JSON, and files by their names; a name that ends in "/" is an empty directory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        _add(archive, _ABOUT, json.dumps(about).encode())
        for name, content in files.items():
            _add(archive, _FOLDER + name, content.read_bytes() if isinstance(content, Path) else content)
    return target.getvalue()


def unpack(data: bytes, folder: Path) -> dict[str, Any]:
    """Write the files below `folder`, which is new, for its owner's eyes only; returns what was told."""
    folder.mkdir(mode=0o700, parents=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        about: dict[str, Any] = json.loads(archive.read(_ABOUT))
        for name in archive.namelist():
            if name.startswith(_FOLDER):
                _write(archive, name, folder / name.removeprefix(_FOLDER))
    return about


def files_below(folder: Path) -> dict[str, Path]:
    """All files of a folder by their names in it, and its directories that hold none; links are none."""
    return dict(_below(folder, ""))


def content_of(path: Path) -> str:
    """A hash of a file's content; of none, where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _below(folder: Path, place: str) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            inner = list(_below(Path(entry.path), f"{place}{entry.name}/"))
            yield from inner or [(f"{place}{entry.name}/", Path(os.devnull))]
        elif entry.is_file(follow_symlinks=False):
            yield f"{place}{entry.name}", Path(entry.path)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _WHEN), content, compress_type=archive.compression)


def _write(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    if name.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(archive.read(name))
