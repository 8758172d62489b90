"""License, citation and changelog say the same as the projects."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.licenses import canonicalize_license_expression
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
# What may stand in a CITATION.cff, and what must: https://citation-file-format.github.io, version 1.2.0.
MAY = {"abstract", "authors", "cff-version", "date-released", "keywords", "license", "message", "repository-code"} | {
    *("title", "type", "url", "version")
}
MUST = {"authors", "cff-version", "message", "title"}


@pytest.fixture(scope="module")
def citation() -> dict:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_one(citation):
    assert MUST <= citation.keys() <= MAY
    assert citation["cff-version"] == "1.2.0" and citation["type"] == "software"
    assert citation["authors"] and all(author.keys() == {"name"} for author in citation["authors"])
    assert len(set(citation["keywords"])) == len(citation["keywords"]) > 0
    assert Version(citation["version"]) == Version(VERSION)


def test_there_is_one_license(citation):
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("BSD 3-Clause License") and "the authors of Attention to Softmax" in text
    assert canonicalize_license_expression(citation["license"]) == "BSD-3-Clause"
    for name in ("attnkit", "nbjudge"):
        project = tomllib.loads((ROOT / f"packages/{name}/pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert project["license"] == {"text": "BSD-3-Clause"}


def test_the_changelog_says_what_changed_in_each_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(day and Version(version) <= Version(VERSION) for version, day in versions[1:])
    kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
    assert kinds and set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for kind, entries in re.findall(r"^### (\w+)\n\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL):
        assert all(line.startswith(("- ", "  ")) for line in entries.splitlines() if line), kind


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_of_the_repository_lead_to_files(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
