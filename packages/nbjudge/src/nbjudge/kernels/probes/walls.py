"""Probes of what a kernel can see and reach."""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from nbjudge.kernels.common.places import MACHINES
from nbjudge.kernels.inside import seccomp
from nbjudge.kernels.parent import close_parents
from nbjudge.kernels.probes.probe import LIGHT, Probe, probe, seen
from nbjudge.kernels.probes.trial import Trial

_REPORT = "report it: this should hold wherever a kernel starts"

_CALLS = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if result == 0 and number == {clone}:
        os._exit(0)
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]
"""
_DESCRIPTORS = """
import os, socket
def strange(fd):
    try:
        name = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return False
    if name.startswith("socket:"):
        # Grader, warm parent and a new kernel talk by packets. What a kernel keeps are streams.
        with socket.socket(fileno=os.dup(fd)) as end:
            return end.type == socket.SOCK_SEQPACKET
    return name != "/dev/null" and not name.startswith(("anon_inode:[event", "/proc/"))
found = [os.readlink(f"/proc/self/fd/{fd}") for fd in map(int, os.listdir("/proc/self/fd")) if strange(fd)]
"""
_ENVIRONMENTS = """
import os
found = [n for n in os.listdir("/proc") if n.isdigit() and SECRET in open(f"/proc/{n}/environ").read()]
found += [name for name, value in os.environ.items() if SECRET in value]
"""
_WRITABLE = """
import os
writable = []
for top, directories, _ in os.walk("/"):
    directories[:] = [d for d in directories if os.path.join(top, d) != "/proc"]
    if os.access(top, os.W_OK):
        writable.append(top)
        directories.clear()
"""
_STATUS = """
lines = open("/proc/self/status").read().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
wanted = {name: status[name] for name in ("CapPrm", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}
"""


@dataclass(frozen=True)
class Canaries:
    """What a kernel must not reach: a file, a port, and the name of an abstract socket."""

    file: str
    port: int
    abstract: str


def run() -> list[Probe]:
    """Try every wall, in one kernel."""
    secret = secrets.token_hex()
    with _canaries(secret) as canaries, Trial(preload=LIGHT) as trial:
        return [
            probe("files of the machine", "mount namespace: they are not there", _REPORT,
                  lambda: _canary_file(trial, canaries.file)),
            probe("changing the runtime", "everything but private directories is read-only", _REPORT,
                  lambda: _writable(trial)),
            probe("the grader's environment", "bubblewrap --clearenv", _REPORT,
                  lambda: _environment(trial, secret)),
            probe("the grader's open files", "closed before the warm parent starts", _REPORT,
                  lambda: _descriptors(trial)),
            probe("other processes", "pid namespace", _REPORT, lambda: _processes(trial)),
            probe("the network", "network namespace with nothing but its own loopback", _REPORT,
                  lambda: _network(trial, canaries.port)),
            probe("abstract Unix sockets", "network namespace", _REPORT,
                  lambda: _abstract(trial, canaries.abstract)),
            probe("rights", "no capability, no new privileges, seccomp", _REPORT, lambda: _rights(trial)),
            probe("user outside", "maps to an ordinary user",
                  "run the grader as an ordinary user, or as root with the rights to become nobody",
                  lambda: _user(trial)),
            probe("system calls", "seccomp", _REPORT, lambda: _system_calls(trial)),
            probe("further namespaces", "seccomp", _REPORT, lambda: _namespaces(trial)),
        ]  # fmt: skip


@contextlib.contextmanager
def _canaries(secret: str) -> Iterator[Canaries]:
    """All of them in place before the warm parent starts."""
    close_parents()
    name = f"NBJUDGE_PROBE_{secret[:8]}"
    os.environ[name] = secret
    try:
        with (
            tempfile.NamedTemporaryFile("w") as file,
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.socket(socket.AF_UNIX) as abstract,
        ):
            file.write(secret)
            file.flush()
            os.chmod(file.name, 0o644)
            os.set_inheritable(file.fileno(), True)
            abstract.bind(f"\0nbjudge-{secret[:8]}")
            abstract.listen()
            yield Canaries(file.name, listener.getsockname()[1], abstract.getsockname().decode())
    finally:
        del os.environ[name]


def _canary_file(trial: Trial, path: str) -> tuple[bool, str]:
    outcome = seen(trial, f"text = open({path!r}).read()", "text")
    return "FileNotFoundError" in outcome, outcome


def _writable(trial: Trial) -> tuple[bool, str]:
    writable = trial.run(_WRITABLE, "writable")
    return sorted(writable) == ["/dev/shm", "/home/learner", "/tmp"], f"writable: {', '.join(writable)}"


def _environment(trial: Trial, secret: str) -> tuple[bool, str]:
    found = trial.run(f"SECRET = {secret!r}\n{_ENVIRONMENTS}", "found")
    return not found, f"found in {found}" if found else "a secret of the grader's is not to be found"


def _descriptors(trial: Trial) -> tuple[bool, str]:
    found = trial.run(_DESCRIPTORS, "found")
    return not found, f"open: {found}" if found else "nothing is open but the kernel's own sockets"


def _processes(trial: Trial) -> tuple[bool, str]:
    visible = trial.run("import os", "[name for name in os.listdir('/proc') if name.isdigit()]")
    outcome = seen(trial, f"import os; os.kill({os.getpid()}, 0)")
    return visible == ["1"] and "ProcessLookupError" in outcome, f"sees processes {visible}; {outcome}"


def _network(trial: Trial, port: int) -> tuple[bool, str]:
    attempts = [(f"127.0.0.1:{port}", "127.0.0.1", port), ("192.0.2.1:80", "192.0.2.1", 80)]
    outcomes = {
        name: seen(trial, f"import socket; socket.create_connection({(host, port)!r}, timeout=2)")
        for name, host, port in attempts
    }
    refused = all("refused" in outcome or "unreachable" in outcome for outcome in outcomes.values())
    return refused, "; ".join(f"{name}: {outcome}" for name, outcome in outcomes.items())


def _abstract(trial: Trial, name: str) -> tuple[bool, str]:
    outcome = seen(trial, f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})")
    return "refused" in outcome, outcome


def _rights(trial: Trial) -> tuple[bool, str]:
    status = trial.run(_STATUS, "wanted")
    none = all(int(status[name], 16) == 0 for name in ("CapPrm", "CapEff", "CapBnd"))
    return none and (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), str(status)


def _user(trial: Trial) -> tuple[bool, str]:
    user = os.stat(f"/proc/{trial.process.pid}").st_uid
    return user != 0, f"the kernel's user, seen from outside, is {user}"


def _system_calls(trial: Trial) -> tuple[bool, str]:
    which = MACHINES.index(platform.machine())
    numbers = {name: both[which] for name, both in seccomp.REFUSED.items() if both[which] is not None}
    outcomes = trial.run(_CALLS.format(clone=-1), f"{{n: call(c, 0, 0, 0, 0, 0, 0) for n, c in {numbers}.items()}}")
    passed = {name: outcome for name, outcome in outcomes.items() if outcome != "EPERM"}
    return not passed, f"not refused: {passed}" if passed else f"{len(outcomes)} system calls are refused"


def _namespaces(trial: Trial) -> tuple[bool, str]:
    clone = seccomp.CLONE[MACHINES.index(platform.machine())]
    new_user, child_signal = 0x10000000, 17
    flags = new_user | child_signal
    outcome = trial.run(_CALLS.format(clone=clone), f"call({clone}, {flags}, 0, 0, 0, 0)")
    return outcome == "EPERM", f"clone with a new user namespace: {outcome}"
