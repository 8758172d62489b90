"""A library states ranges, an application pins: exact versions stand in constraints.txt, and nowhere else."""

from __future__ import annotations

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from stated import PACKAGES, PROJECTS, ROOT, pins, to_build, to_run

TEXTS = ("README.md", "AUTHORING.md", "Makefile", "environment.yml", ".ci/run", "tools/install_system.sh")
OWN = (*PACKAGES, "attention-to-softmax")


@pytest.mark.parametrize("folder", PROJECTS)
def test_what_is_pinned_lies_within_the_ranges_and_is_stated_by_them_nowhere(folder):
    pinned = pins()
    for one in (*to_build(folder), *to_run(folder)):
        assert not [part for part in one.specifier if part.operator in ("==", "===")], one
        assert pinned[canonicalize_name(one.name)] in one.specifier, one


@pytest.mark.parametrize("name", PACKAGES)
def test_the_ranges_of_a_library_have_two_ends(name):
    for one in to_run(f"packages/{name}"):
        assert sorted(part.operator for part in one.specifier) == ["<", ">="], one


def test_what_both_libraries_require_they_require_alike():
    attnkit, nbjudge = ({one.name: one.specifier for one in to_run(f"packages/{name}")} for name in PACKAGES)
    for name in attnkit.keys() & nbjudge.keys():
        assert attnkit[name] == nbjudge[name], name


# IPython shows what attnkit draws where there is a notebook, and so is there.
@pytest.mark.parametrize(("name", "there"), [("attnkit", {"ipython"}), ("nbjudge", set())])
def test_a_library_requires_what_it_imports(name, there):
    required = {canonicalize_name(one.name) for one in to_run(f"packages/{name}")} | there
    brought_by = metadata.packages_distributions()
    for module in imported(ROOT / "packages" / name / "src") - sys.stdlib_module_names - {name}:
        assert {canonicalize_name(one) for one in brought_by[module]} & required, f"{module} is not required"


def imported(source: Path) -> set[str]:
    """The topmost names of all modules that some code imports."""
    names = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_everything_that_the_application_needs_is_pinned_and_installed_so():
    pinned = pins()
    reached: set[tuple[str, frozenset[str]]] = set()
    reach(Requirement("attention-to-softmax[dev,docs]"), reached)
    for name in {name for name, _ in reached}.difference(OWN):
        installed = Version(metadata.version(name))
        assert name in pinned, f"{name} {installed} is installed, and not pinned"
        assert Version(installed.public) == pinned[name], name


def reach(requirement: Requirement, reached: set[tuple[str, frozenset[str]]]) -> None:
    """Note what is required, by name and extras, and all that this requires where it is installed."""
    name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
    if (name, extras) in reached:
        return
    reached.add((name, extras))
    for one in map(Requirement, metadata.requires(name) or ()):
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            reach(one, reached)


@pytest.mark.parametrize("name", TEXTS)
def test_no_exact_version_stands_in_a_text(name):
    assert not re.findall(r"\w\]?===?\d.*", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [name for name in TEXTS if "pip install" in (ROOT / name).read_text(encoding="utf-8")])
def test_every_command_that_installs_keeps_to_the_constraints(name):
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line.strip() for line in text.splitlines() if "pip install" in line]
    # torch alone comes first: else whatever asked for it might bring another build.
    assert [line for line in commands if line.endswith(" -c constraints.txt torch")] == commands[:1]
    assert all(" -c constraints.txt " in line for line in commands), commands


def test_conda_installs_what_make_does():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip[:2] == ["-c constraints.txt", "torch"]
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert pip[2:] == re.findall(r"-e \S+", make)
