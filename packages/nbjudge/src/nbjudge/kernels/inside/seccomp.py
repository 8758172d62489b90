"""A seccomp filter: system calls that a notebook never needs are refused before Linux acts on them.

The namespaces already take away what these calls could reach. The filter takes away the calls themselves, and
with them most of the places where faults in Linux have been found.

A filter is a program for the classic Berkeley Packet Filter, which Linux runs at every system call. Its input
is `struct seccomp_data`: the number of the call, the architecture, and six arguments. An instruction has a
code, two jump distances (if true, if false) and a constant. The program here is a chain of "if it is this
call, refuse", and at its end "allow".
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
from typing import TypeAlias

from nbjudge.kernels.common.places import MACHINES
from nbjudge.kernels.inside import linux

# Name: number on x86_64, number on aarch64 (None where the call does not exist).
REFUSED = {
    # Looking into, or steering, other processes.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # Changing what the file system looks like, or going round it.
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    # More namespaces.
    "unshare": (272, 97),
    "setns": (308, 268),
    # Programs and asynchronous work inside the Linux kernel.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Key rings, which are not divided by namespaces.
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    # Memory that the size of /dev/shm does not bound.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # The machine itself.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "syslog": (103, 116),
    "acct": (163, 89),
    "nfsservctl": (180, 42),
    "vhangup": (153, 58),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "lookup_dcookie": (212, 18),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "_sysctl": (156, None),
}
CLONE, CLONE3 = (56, 220), (435, 435)
IOCTL, PERSONALITY = (16, 29), (135, 92)
SOCKET, SOCKETPAIR = (41, 198), (53, 199)

_AUDIT_ARCH = (0xC000003E, 0xC00000B7)
_X32 = 0x40000000  # on x86_64, calls of a second, rarely looked-at set carry this bit

_NEW_NAMESPACE = (
    linux.CLONE_NEWNS
    | linux.CLONE_NEWCGROUP
    | linux.CLONE_NEWUTS
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWUSER
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNET
)
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C  # put characters into a terminal's input
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_PERSONALITY_QUERY = 0xFFFFFFFF

# Instruction codes: load a word of the input, compare (equal, greater or equal, any bit set), return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Offsets in struct seccomp_data; arguments are 64 bits each, of which the low half comes first.
_NUMBER, _ARCHITECTURE, _ARGUMENT = 0, 4, (16, 24)

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000

Instruction: TypeAlias = tuple[int, int, int, int]
"""A `struct sock_filter`: the code, how many instructions to skip if it holds and if not, and the operand."""


def program(machine: str | None = None) -> bytes:
    """The filter for a kind of processor, as an array of `struct sock_filter`."""
    which = MACHINES.index(machine or platform.machine())
    lines: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT_ARCH[which]),
        (_RETURN, 0, 0, _KILL_PROCESS),  # calls of another architecture have other numbers
        (_LOAD, 0, 0, _NUMBER),
    ]
    if MACHINES[which] == "x86_64":
        lines += [(_AT_LEAST, 0, 1, _X32), _refuse(errno.EPERM)]
    for numbers in REFUSED.values():
        number = numbers[which]
        if number is not None:
            lines += [(_EQUAL, 0, 1, number), _refuse(errno.EPERM)]
    # The flags of clone3 are out of a filter's sight; without it, the C library falls back to clone.
    lines += [(_EQUAL, 0, 1, CLONE3[which]), _refuse(errno.ENOSYS)]
    lines += _when(CLONE[which], [_argument(0), (_ANY_BIT, 0, 1, _NEW_NAMESPACE), _refuse(errno.EPERM)])
    lines += _when(IOCTL[which], [_argument(1), *_refuse_values(_TIOCSTI, _TIOCLINUX)])
    query_only = [_argument(0), *_allow_values(_PERSONALITY_QUERY), _refuse(errno.EPERM)]
    lines += _when(PERSONALITY[which], query_only)
    for call in (SOCKET, SOCKETPAIR):
        lines += _when(call[which], [_argument(0), *_allow_values(*_FAMILIES), _refuse(errno.EINVAL)])
    lines.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def install() -> None:
    """Put the filter on this process and all that it will start. It cannot be taken off."""
    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: the number of instructions, and where they are.
    header = ctypes.create_string_buffer(struct.pack("HP", len(code) // 8, ctypes.addressof(buffer)))
    linux.prctl(linux.PR_SET_SECCOMP, linux.SECCOMP_MODE_FILTER, ctypes.addressof(header))


def _when(number: int, body: list[Instruction]) -> list[Instruction]:
    """`body` for one system call, which is allowed if the body does not refuse it; others jump past."""
    return [(_EQUAL, 0, len(body) + 1, number), *body, (_RETURN, 0, 0, _ALLOW)]


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENT[index])


def _refuse(number: int) -> Instruction:
    return (_RETURN, 0, 0, 0x00050000 | number)


def _refuse_values(*values: int) -> list[Instruction]:
    return [line for value in values for line in ((_EQUAL, 0, 1, value), _refuse(errno.EPERM))]


def _allow_values(*values: int) -> list[Instruction]:
    return [line for value in values for line in ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW))]
