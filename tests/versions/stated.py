"""The versions that are stated: as ranges by each pyproject.toml, and exactly by constraints.txt."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("attnkit", "nbjudge")
PROJECTS = (".", *(f"packages/{name}" for name in PACKAGES))


def project(folder: str) -> dict:
    return tomllib.loads((ROOT / folder / "pyproject.toml").read_text(encoding="utf-8"))


def to_build(folder: str) -> list[Requirement]:
    return [Requirement(text) for text in project(folder)["build-system"]["requires"]]


def to_run(folder: str) -> list[Requirement]:
    """What a project requires in order to run, alone and with each of its extras; but for our own packages."""
    about = project(folder)["project"]
    texts = [
        *about["dependencies"],
        *(text for extra in about.get("optional-dependencies", {}).values() for text in extra),
    ]
    return [one for one in map(Requirement, texts) if one.name not in PACKAGES]


def lowest(requirement: Requirement) -> str:
    """The least version that a range with a lower end holds."""
    [end] = [one.version for one in requirement.specifier if one.operator == ">="]
    return end


def pins() -> dict[str, Version]:
    return dict(_pins())


def _pins() -> Iterator[tuple[str, Version]]:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").split():
        name, version = line.split("==")
        yield canonicalize_name(name), Version(version)
