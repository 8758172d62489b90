"""What a forked kernel does to shut itself in, before a line of the learner's code runs.

bubblewrap has built the world that the warm parent lives in: namespaces, and a root directory with the Python
runtime and nothing else of the machine, all of it read-only. What remains to be done for each kernel is here,
in the order in which it happens. `enter` runs in the forked child; each step needs rights that a later one
gives up.
"""

from __future__ import annotations

import fcntl
import os
import random
import resource
import socket
import stat
import struct
import sys

from nbjudge.kernels.common.folder import Incoming
from nbjudge.kernels.common.places import PRIVATE, SUBMISSION, UID
from nbjudge.kernels.inside import linux, seccomp
from nbjudge.limits import Limits
from nbjudge.words import MIB

_STAGE = "/mnt"
_FOR_THREADS = 64 * MIB  # what the kernel's own threads reserve for their stacks
_HARMLESS = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def enter(limits: Limits, files: Incoming, runtime: list[str]) -> None:
    """Shut this process in for good. `runtime` names what must stay in sight in the private directories."""
    linux.unshare(linux.CLONE_NEWNS)  # what is mounted from here on, this process and its children see alone
    private_directories(limits, runtime)
    own_processes()
    bring_in(files, limits)
    own_namespaces()
    bound(limits)
    give_up_rights()
    fresh_random_state()


def private_directories(limits: Limits, runtime: list[str]) -> None:
    """Empty, bounded, writable directories, in place of the parent's."""
    linux.mount("", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    handles = {path: os.open(path, os.O_PATH) for path in runtime}
    # One file system in memory for all of them, so that one size bounds them together.
    linux.mount("tmpfs", _STAGE, "tmpfs", _HARMLESS, _size(limits))
    for number, (path, mode) in enumerate(PRIVATE.items()):
        os.mkdir(f"{_STAGE}/{number}")
        os.chmod(f"{_STAGE}/{number}", mode)  # mkdir would apply the umask
        linux.mount(f"{_STAGE}/{number}", path, flags=linux.MS_BIND)
    linux.umount(_STAGE, linux.MNT_DETACH)
    # A Python that is installed below /tmp, say, comes back into sight, read-only as it was.
    for path, fd in handles.items():
        os.mkdir(path) if stat.S_ISDIR(os.fstat(fd).st_mode) else os.mknod(path)
        linux.mount(f"/proc/self/fd/{fd}", path, flags=linux.MS_BIND | linux.MS_REC)
        os.close(fd)


def own_processes() -> None:
    """A /proc that shows the processes of this kernel and, by "subset=pid", nothing about the machine."""
    linux.mount("proc", "/proc", "proc", _HARMLESS, "subset=pid")


def bring_in(files: Incoming, limits: Limits) -> None:
    """Copy the submission's files to a file system of their own, which may be written to, and go there."""
    os.mkdir(SUBMISSION)
    linux.mount("tmpfs", SUBMISSION, "tmpfs", _HARMLESS, _size(limits))
    files.copy_to(SUBMISSION)
    os.chdir(SUBMISSION)


def own_namespaces() -> None:
    """Namespaces for the rest: users, network, System V objects, names. That of processes came with the fork.

    The mounts above belong to the namespace of users that is left here. So even if the kernel gained rights
    in its own, it could not undo them.
    """
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(
        linux.CLONE_NEWUSER | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
    )
    map_user(UID, uid, UID, gid)
    socket.sethostname("nbjudge")
    _raise_loopback()


def bound(limits: Limits) -> None:
    """Limits that Linux counts per process, or per user of the namespace we are in."""
    for kind, value in (
        # Counted apart for each user namespace (since Linux 5.14), so for this kernel alone.
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        # No core files. With 0, Linux would still start a program that collects them, where there is one.
        (resource.RLIMIT_CORE, 1),
        # Beyond what the runtime maps already. An allocation that is too large fails with MemoryError, and
        # costs its cell; the bound on all processes together, which is the control group's, costs the kernel.
        (resource.RLIMIT_AS, _mapped_bytes() + _FOR_THREADS + limits.memory_bytes),
    ):
        already = resource.getrlimit(kind)[1]
        lower = value if already == resource.RLIM_INFINITY else min(value, already)
        resource.setrlimit(kind, (lower, lower))
    write("/proc/self/oom_score_adj", "1000")  # should the machine run out of memory, kernels go first


def give_up_rights() -> None:
    """No capability, none to be gained by executing a program, and a filter of system calls."""
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install()


def fresh_random_state() -> None:
    """Seed the random generators, whose state was copied from the parent."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # with entropy from the system, as above
    if "torch" in sys.modules:
        seed = int.from_bytes(os.urandom(8), "big") >> 1  # torch wants it signed
        sys.modules["torch"].default_generator.manual_seed(seed)


def map_user(inner_uid: int, outer_uid: int, inner_gid: int, outer_gid: int) -> None:
    """In a new user namespace, say who its only user and group are outside."""
    write("/proc/self/setgroups", "deny")  # Linux wants this before a group may be mapped
    write("/proc/self/uid_map", f"{inner_uid} {outer_uid} 1")
    write("/proc/self/gid_map", f"{inner_gid} {outer_gid} 1")


def write(path: str, text: str) -> None:
    """Write to one of the files by which Linux is told things."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def _size(limits: Limits) -> str:
    return f"size={limits.tmp_bytes},nr_inodes={limits.tmp_files},mode=755"


def _mapped_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _raise_loopback() -> None:
    """A new network has one interface, loopback, and it is down. ipykernel hears its subprocesses over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", b"lo", 0)
        _, flags = struct.unpack_from("16sH", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | _IFF_UP))
