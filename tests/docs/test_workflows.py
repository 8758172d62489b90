"""What GitHub runs: the commands of the Makefile, with no more rights than they need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = ROOT / ".github/workflows"
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def read(name: str) -> dict:
    found = yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))
    found["on"] = found.pop(True)  # how YAML 1.1 reads the word
    return found


def steps(workflow: dict) -> list[dict]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def commands(workflow: dict) -> list[str]:
    return [step["run"] for step in steps(workflow) if "run" in step]


def test_there_are_two():
    assert sorted(path.name for path in WORKFLOWS.iterdir()) == ["ci.yml", "docs.yml"]


@pytest.mark.parametrize("name", ["ci.yml", "docs.yml"])
def test_every_command_is_there_and_every_job_ends(name):
    workflow = read(name)
    asked = [command.removeprefix("make ") for command in commands(workflow) if command.startswith("make ")]
    assert asked and set(asked) <= TARGETS
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 120
        assert job["runs-on"].startswith("ubuntu-")
    for step in steps(workflow):
        assert ("run" in step) != ("uses" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/any@v1"))
    pythons = [step["with"]["python-version"] for step in steps(workflow) if "setup-python" in step.get("uses", "")]
    assert pythons and set(pythons) == {"3.11"}


@pytest.mark.parametrize("name", ["ci.yml", "docs.yml"])
def test_torch_comes_without_cuda(name):
    assert read(name)["env"] == {"PIP_EXTRA_INDEX_URL": "https://download.pytorch.org/whl/cpu"}


def test_continuous_integration_runs_what_ci_does_here():
    workflow = read("ci.yml")
    assert workflow["on"] == {"push": {"branches": ["main"]}, "pull_request": None}
    assert workflow["permissions"] == {"contents": "read"}
    here = re.findall(r"^make \w+$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"make lint", "make test"} <= set(here) <= set(commands(workflow))


def test_the_site_is_built_by_one_job_and_published_by_another_which_alone_may():
    workflow = read("docs.yml")
    assert workflow["on"] == {"push": {"branches": ["main"]}, "workflow_dispatch": None}
    assert workflow["permissions"] == {"contents": "read"}
    build, deploy = workflow["jobs"]["build"], workflow["jobs"]["deploy"]
    assert "permissions" not in build and commands(workflow) == ["make docs"]
    assert deploy["needs"] == "build" and deploy["permissions"] == {"pages": "write", "id-token": "write"}
    [uploaded] = [step["with"]["path"] for step in build["steps"] if "upload-pages-artifact" in step.get("uses", "")]
    assert f"docs {uploaded}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [step["uses"].split("@")[0] for step in deploy["steps"]] == ["actions/deploy-pages"]
