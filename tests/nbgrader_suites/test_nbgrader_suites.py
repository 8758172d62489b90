"""nbgrader's own tests, with `nbjudge.configure(c)` in force: a course that calls it keeps what nbgrader promises.

The tests are run where nbgrader has them, unchanged. Those that do not hold stand in docs/differences.md, each with the
reason; that they do not is tested as well, so the list is neither too short nor too long.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbgrader.tests.apps
import pytest

APPS = Path(nbgrader.tests.apps.__file__).parent
HERE = Path(__file__).parent
DIFFERENCES = HERE.parents[1] / "docs" / "differences.md"
CLASSES = {
    "test_nbgrader_autograde": "TestNbGraderAutograde",
    "test_nbgrader_generate_feedback": "TestNbGraderFeedback",
    "test_api": "TestNbGraderAPI",
}
PARTS = {"test_nbgrader_autograde": 4, "test_nbgrader_generate_feedback": 2, "test_api": 2}
"""In how many parts each suite is run, so that they can be run side by side."""

CONFIGURATION = "import nbjudge\n\nnbjudge.configure(get_config())\n"
LISTED = set(re.findall(r"^\| `(\S+)` \|", DIFFERENCES.read_text(encoding="utf-8"), re.MULTILINE))


class Suites:
    """Runs tests of nbgrader's as a person without any other configuration would."""

    def __init__(self, home: Path):
        self.home = home

    def run(self, *words: str, judged: bool) -> dict[str, str]:
        """What became of each test: "passed", "skipped" or "failed", by its suite and name."""
        home = self.home / ("judged" if judged else "stock")
        report, ini = home / "report.xml", home / "pytest.ini"
        for name in ("configured", "user", "data"):
            (home / name).mkdir(parents=True, exist_ok=True)
        if judged:
            (home / "configured" / "nbgrader_config.py").write_text(CONFIGURATION)
        ini.write_text("[pytest]\n")
        alone = [
            *["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:warnings"],
            "-c",
            str(ini),
            "--rootdir",
            str(APPS),
        ]
        ours = ["-p", "in_force", f"--junitxml={report}", *(["--judged-api"] if judged else [])]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *alone, *ours, *words],
            cwd=home,
            env=self._environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode in (0, 1), done.stdout  # anything else is no outcome of tests
        print(done.stdout)
        return outcomes(report)

    def _environment(self, home: Path) -> dict[str, str]:
        left = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "JUPYTER_"))}
        return left | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(HERE),
            "HOME": str(home),
            "JUPYTER_CONFIG_PATH": str(home / "configured"),
            "JUPYTER_CONFIG_DIR": str(home / "user"),
            "JUPYTER_DATA_DIR": str(home / "data"),
        }


def outcomes(report: Path) -> dict[str, str]:
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        suite = case.attrib["classname"].split(".")[-2]
        kinds = {child.tag for child in case}
        outcome = "failed" if kinds & {"failure", "error"} else "skipped" if "skipped" in kinds else "passed"
        found[f"{suite}::{case.attrib['name']}"] = outcome
    return found


def address(name: str) -> str:
    """Where pytest finds a test: `suite::test`; each suite holds one class."""
    suite, test = name.split("::")
    return f"{APPS / suite}.py::{CLASSES[suite]}::{test}"


def failed(found: dict[str, str]) -> set[str]:
    return {name for name, outcome in found.items() if outcome == "failed"}


@pytest.fixture
def suites(tmp_path: Path) -> Suites:
    return Suites(tmp_path)


@pytest.mark.parametrize("suite, part", [(suite, f"{n}/{of}") for suite, of in PARTS.items() for n in range(1, of + 1)])
def test_all_hold_but_those_that_are_listed(suites, suite, part):
    found = suites.run(f"{APPS / suite}.py", "--part", part, judged=True)
    surprising = failed(found) - LISTED
    if surprising:  # what stock nbgrader does not pass either, on this machine, is no difference
        surprising -= failed(suites.run(*map(address, surprising), judged=False))
    assert not surprising
    assert LISTED & found.keys() <= failed(found), "these hold, and are listed as if they did not"


def test_stock_nbgrader_passes_all_that_are_listed(suites):
    found = suites.run(*map(address, sorted(LISTED)), judged=False)
    assert found == dict.fromkeys(LISTED, "passed")
