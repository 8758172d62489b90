"""Where control groups can be made, on the layouts that are about."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbjudge.kernels import cgroup
from nbjudge.kernels.cgroup import Controllers, places
from nbjudge.limits import Limits

VERSION_1 = """\
30 23 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
34 30 0:30 / /sys/fs/cgroup/memory rw,nosuid shared:11 - cgroup cgroup rw,memory
35 30 0:31 / /sys/fs/cgroup/pids rw,nosuid shared:12 - cgroup cgroup rw,pids
36 30 0:32 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
"""
VERSION_2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
CONTAINER = "30 23 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"


@pytest.mark.parametrize(
    ("mounts", "own", "version", "controller", "expected"),
    [
        (VERSION_1, "5:memory:/user/7\n4:pids:/\n0::/x\n", 1, "memory", ["/sys/fs/cgroup/memory/user/7"]),
        (VERSION_1, "5:memory:/user/7\n4:pids:/\n0::/x\n", 1, "pids", ["/sys/fs/cgroup/pids"]),
        (VERSION_1, "4:cpu,cpuacct:/\n", 1, "memory", []),
        (VERSION_2, "0::/user.slice/a.scope\n", 2, "memory",
         ["/sys/fs/cgroup/user.slice/a.scope", "/sys/fs/cgroup/user.slice"]),
        (VERSION_2, "0::/\n", 2, "memory", ["/sys/fs/cgroup"]),
        (VERSION_2, "0::/\n", 1, "memory", []),
        (CONTAINER, "5:memory:/docker/abc\n", 1, "memory", ["/sys/fs/cgroup/memory"]),
        (CONTAINER, "5:memory:/elsewhere\n", 1, "memory", []),
    ],
)  # fmt: skip
def test_places(mounts, own, version, controller, expected):
    assert places(mounts, own, version, controller) == list(map(Path, expected))


def test_a_place_that_cannot_be_written_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroup, "places", lambda *_: [tmp_path / "absent", Path("/proc/self")])
    assert Controllers.detect() == Controllers()


def test_no_controllers_no_effect():
    group = Controllers().make("name", Limits())
    group.add(1)
    assert not group.ran_out_of_memory()
    group.remove()
