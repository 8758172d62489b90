"""The filter of system calls, run by a small machine of our own, so that every processor's is tried."""

from __future__ import annotations

import errno
import struct

import pytest
from nbjudge.kernels.inside import seccomp

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EVERYDAY = {  # read, write, openat, mmap, futex, execve, prctl, kill
    "x86_64": (0, 1, 257, 9, 202, 59, 157, 62),
    "aarch64": (63, 64, 56, 222, 98, 221, 167, 129),
}
MACHINES = pytest.mark.parametrize("machine", seccomp.MACHINES)


def run(program: bytes, number: int, architecture: int, *arguments: int) -> int:
    """What the filter says to a call."""
    words = [word & 0xFFFFFFFFFFFFFFFF for word in (*arguments, *[0] * 6)[:6]]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *words)
    lines = [struct.unpack("HBBI", program[at : at + 8]) for at in range(0, len(program), 8)]
    accumulator = position = 0
    tests = {0x15: lambda a, k: a == k, 0x35: lambda a, k: a >= k, 0x45: lambda a, k: bool(a & k)}
    while True:
        code, if_true, if_false, constant = lines[position]
        position += 1
        if code == 0x06:
            return constant
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, constant)[0]
        else:
            position += if_true if tests[code](accumulator, constant) else if_false


def verdict(machine: str, numbers: tuple[int, int], *arguments: int) -> int:
    number = numbers[seccomp.MACHINES.index(machine)]
    return run(seccomp.program(machine), number, ARCHITECTURE[machine], *arguments)


@MACHINES
def test_everyday_calls_are_allowed(machine):
    program = seccomp.program(machine)
    for number in EVERYDAY[machine]:
        assert run(program, number, ARCHITECTURE[machine]) == ALLOW


@MACHINES
def test_what_is_listed_is_refused(machine):
    for name, numbers in seccomp.REFUSED.items():
        if numbers[seccomp.MACHINES.index(machine)] is not None:
            assert verdict(machine, numbers) == ERRNO | errno.EPERM, name


@MACHINES
def test_other_architectures_are_killed(machine):
    assert run(seccomp.program(machine), 0, 0x40000003) == KILL


def test_second_set_of_calls_of_x86_64_is_refused():
    assert verdict("x86_64", (0x40000000, 0)) == ERRNO | errno.EPERM


@MACHINES
def test_threads_are_allowed_and_namespaces_are_not(machine):
    thread = 0x3D0F00
    assert verdict(machine, seccomp.CLONE, thread) == ALLOW
    assert verdict(machine, seccomp.CLONE, 17) == ALLOW
    for namespace in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x2000000, 0x4000000, 0x8000000):
        assert verdict(machine, seccomp.CLONE, namespace | 17) == ERRNO | errno.EPERM
    assert verdict(machine, seccomp.CLONE3) == ERRNO | errno.ENOSYS


@MACHINES
def test_kinds_of_sockets(machine):
    for call in (seccomp.SOCKET, seccomp.SOCKETPAIR):
        for family in (1, 2, 10):
            assert verdict(machine, call, family) == ALLOW
        for family in (16, 17, 38, 40):  # netlink, packet, algorithms, virtual machines
            assert verdict(machine, call, family) == ERRNO | errno.EINVAL


@MACHINES
def test_terminals_and_personalities(machine):
    assert verdict(machine, seccomp.IOCTL, 0, 0x5401) == ALLOW
    assert verdict(machine, seccomp.IOCTL, 0, 0x5412) == ERRNO | errno.EPERM
    assert verdict(machine, seccomp.IOCTL, 0, 0x7_0000_5412) == ERRNO | errno.EPERM  # Linux, too, sees half of it
    assert verdict(machine, seccomp.PERSONALITY, 0xFFFFFFFF) == ALLOW
    assert verdict(machine, seccomp.PERSONALITY, 8) == ERRNO | errno.EPERM
