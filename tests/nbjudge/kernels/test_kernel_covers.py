"""Of a module with a cover, kernels see the cover, and no other copy of it."""

from __future__ import annotations

import compileall
import os

import pytest
from nbjudge.given import Cover
from nbjudge.kernels import parent as parents
from nbjudge.kernels.launch import launch
from nbjudge.kernels.probes import trial
from nbjudge.kernels.probes.trial import Trial

SECRET = "ANSWER = 6 * 7"
READS = """
import os, glob
def reads(folder):
    found = {}
    for top, _, files in os.walk(folder):
        for file in files:
            with open(os.path.join(top, file), "rb") as opened:
                found[os.path.relpath(os.path.join(top, file), folder)] = b"ANSWER" in opened.read()
    return found
"""


@pytest.fixture
def covered(monkeypatch):
    """Starts kernels that see covers."""

    def start(preload, *covers):
        monkeypatch.setattr(trial, "launch", lambda *args: launch(*args, covers=covers))
        return Trial(preload=preload)

    yield start
    parents.close_parents()


def test_a_package_in_a_package(tmp_path, monkeypatch, covered):
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / "__init__.py").write_text("")
    (inner / "__init__.py").write_text("from ._parts import ANSWER\n")
    (inner / "_parts.py").write_text(f"{SECRET}\n")
    (inner / "_parts.py~").write_text(f"{SECRET}\n")
    (tmp_path / "outer" / "inner.py").write_text(f"{SECRET}\n")  # what it was before it was a package
    compileall.compile_dir(tmp_path, quiet=1)
    monkeypatch.syspath_prepend(str(tmp_path))
    cover = Cover("outer.inner", (("outer/inner/__init__.py", "open = 1\n"), ("outer/inner/sub/more.py", "two = 2\n")))
    with covered(("outer", "outer.inner"), cover) as kernel:
        assert kernel.run("import outer.inner, outer.inner.sub.more as more", "[outer.inner.open, more.two]") == [1, 2]
        assert kernel.run("", "hasattr(outer.inner, 'ANSWER')") is False
        seen = kernel.run(READS, f"reads({str(tmp_path / 'outer')!r})")
        assert not any(seen.values())
        assert {name for name in seen if "__pycache__" not in name} == {
            "__init__.py",
            "inner.py",
            "inner/__init__.py",
            "inner/sub/more.py",
        }
        with pytest.raises(RuntimeError, match="Read-only"):
            kernel.run(f"open({str(inner / 'new.py')!r}, 'w')")


def test_a_single_file(tmp_path, monkeypatch, covered):
    (tmp_path / "coveredone.py").write_text(f"{SECRET}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with covered(("coveredone",), Cover("coveredone", (("coveredone.py", "open = 1\n"),))) as kernel:
        assert kernel.run("import coveredone", "[coveredone.open, hasattr(coveredone, 'ANSWER')]") == [1, False]
        assert kernel.run("import os", f"os.listdir({str(tmp_path)!r})") == ["coveredone.py"]


def test_installed_copies(tmp_path, monkeypatch, covered):
    """What is imported lies in one place; a copy in another must not show what it has."""
    installed = tmp_path / "lib" / "site-packages"
    for folder in (installed, tmp_path / "work"):
        folder.mkdir(parents=True)
        (folder / "coveredtwo.py").write_text(f"{SECRET}\n")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "site-packages").symlink_to(installed)
    compileall.compile_dir(installed, quiet=1)
    for folder in (tmp_path / "linked" / "site-packages", installed, tmp_path / "work"):
        monkeypatch.syspath_prepend(str(folder))
    with covered(("coveredtwo",), Cover("coveredtwo", (("coveredtwo.py", "open = 1\n"),))) as kernel:
        for folder in (installed, tmp_path / "linked" / "site-packages", tmp_path / "work"):
            assert not any(kernel.run(READS, f"reads({str(folder)!r})").values())
        assert kernel.run("import coveredtwo", "coveredtwo.open") == 1


def test_its_files_go_with_the_parent(covered, tmp_path, monkeypatch):
    (tmp_path / "coveredone.py").write_text(f"{SECRET}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with covered(("coveredone",), Cover("coveredone", (("coveredone.py", ""),))):
        (parent,) = parents._parents.values()
        assert os.path.isdir(parent.folder)
    parents.close_parents()
    assert not os.path.exists(parent.folder)
