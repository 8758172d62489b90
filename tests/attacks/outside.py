"""Attacks on what lies outside: files, secrets, other people's folders, the network, the machine."""

from __future__ import annotations

from .attack import beside_wrong

# Prints whatever looks like one of our secrets.
LOOK = """
import os, time

def look(path):
    try:
        with open(path, "rb") as file:
            data = file.read(1 << 20)
    except (OSError, ValueError):
        return
    for at in range(0, len(data)):
        at = data.find(b"canary-", at)
        if at < 0:
            return
        breach(path)
        print(data[at : at + 60])
        return

"""

ATTACKS = [
    beside_wrong(
        "reads_the_course",
        "A12",
        "reads source, checks, gradebook and a neighbour's folder",
        LOOK
        + """
for name in ("source/toy/toy.ipynb", "tests/checks/test_double.py", "gradebook.db", "nbgrader_config.py",
             "submitted/a_right/toy/toy.ipynb", "autograded/a_right/toy/toy.ipynb", ".nbjudge/grading"):
    for start in ("@ROOT@/", "", "../", "../../", "../../../", "../../../../", "../../../../../"):
        if os.path.exists(start + name) and name not in ("",):
            breach(start + name)
        look(start + name)
look("@SECRET@")
""",
    ),
    beside_wrong(
        "searches_the_machine",
        "A12",
        "walks the whole file system for secrets",
        LOOK
        + """
end = time.monotonic() + 2.5
for place in ("/home", "/root", "/tmp", "/var", "/work", "/mnt", "/srv", "/etc", "/run", "/opt", "/dev", "/"):
    for folder, folders, files in os.walk(place):
        if folder.startswith(("/proc", "/sys", "/usr/lib")) or "site-packages" in folder:
            folders[:] = []
            continue
        for name in files:
            if time.monotonic() < end:
                look(os.path.join(folder, name))
for name in ("passwd", "shadow", "hostname", "hosts", "resolv.conf"):
    if os.path.exists("/etc/" + name):
        breach("/etc/" + name)
""",
    ),
    beside_wrong(
        "reads_its_own_frame",
        "A17",
        "reads the rebuilt notebook, where hidden lines might stand",
        """
        import glob

        for path in glob.glob("**/*", recursive=True) + glob.glob("/home/**/*.ipynb", recursive=True):
            try:
                if "HIDDEN" + " TESTS" in open(path).read():
                    breach(path)
                    print(open(path).read())
            except (OSError, UnicodeDecodeError):
                pass
    """,
    ),
    beside_wrong(
        "walks_frames",
        "A13",
        "looks for expected values in the frames and objects of the process",
        """
        import gc, sys

        def double(x):
            frame = sys._getframe()
            while frame is not None:
                for value in list(frame.f_locals.values()):
                    if isinstance(value, np.ndarray) and value.shape == x.shape and np.array_equal(value, 2 * x):
                        breach("an expected value")
                        return value
                frame = frame.f_back
            for value in gc.get_objects():
                name = getattr(value, "__name__", "")
                if isinstance(value, np.ndarray) and value.shape == x.shape and np.array_equal(value, 2 * x):
                    breach("an expected value")
                if isinstance(name, str) and name in ("test_values", "test_untouched", "reference"):
                    breach(name)
            return x + 2
    """,
    ),
    beside_wrong(
        "reads_processes",
        "A13",
        "reads the memory, environment and files of every process in /proc",
        LOOK
        + """
for pid in [p for p in os.listdir("/proc") if p.isdigit()]:
    for name in ("environ", "cmdline", "maps"):
        look("/proc/" + pid + "/" + name)
    try:
        command = open("/proc/" + pid + "/cmdline").read()
        if "nbgrader" in command:
            breach("sees the grader")
    except OSError:
        pass
    if int(pid) != os.getpid():
        try:
            open("/proc/" + pid + "/mem", "rb")
            breach("opens the memory of " + pid)
        except OSError:
            pass
for name in ("/proc/sys/kernel/hostname", "/proc/kcore", "/proc/kallsyms", "/proc/keys", "/proc/cmdline"):
    look(name)
""",
    ),
    beside_wrong(
        "open_files_and_environment",
        "A14",
        "reads inherited descriptors and the environment",
        LOOK
        + """
for name, value in os.environ.items():
    if "canary-" in value:
        breach(name)
        print(value)
for fd in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink("/proc/self/fd/" + fd)
    except OSError:
        continue
    if "@ROOT@" in target or "gradebook" in target:
        breach(target)
    if not target.startswith(("socket", "anon", "pipe", "/dev/")):
        look("/proc/self/fd/" + fd)
""",
    ),
    beside_wrong(
        "calls_out",
        "A15",
        "connects to loopback, to an abstract socket and outwards; listens",
        """
        import socket

        for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET, ("192.0.2.1", 80)),
                                (socket.AF_INET6, ("::1", @PORT@)), (socket.AF_UNIX, "\\0@TOKEN@")):
            try:
                with socket.socket(family) as end:
                    end.settimeout(0.3)
                    end.connect(address)
                    breach(f"connected to {address}")
            except OSError:
                pass
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.connect(("192.0.2.1", 53))
                breach("has a route outwards")
        except OSError:
            pass
        try:
            socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            breach("has a raw socket")
        except (OSError, AttributeError):
            pass
    """,
    ),
    beside_wrong(
        "leaves_something",
        "A16",
        "leaves files and shared memory for the next submission",
        """
        import ctypes, os

        for place in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), ".", "/", "@ROOT@"):
            try:
                with open(place + "/left-@TOKEN@", "w") as file:
                    file.write("for the next")
            except OSError:
                pass
        if ctypes.CDLL(None).shmget(0x6a756467, 4096, 0o1666) >= 0:
            breach("System V shared memory")
    """,
    ),
    beside_wrong(
        "looks_for_it",
        "A16",
        "looks for what another submission has left",
        """
        import ctypes, os

        for place in ("/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~"), ".", "/", "@ROOT@"):
            if os.path.exists(place + "/left-@TOKEN@"):
                breach(place)
        if ctypes.CDLL(None).shmget(0x6a756467, 4096, 0) >= 0:
            breach("System V shared memory")
    """,
    ),
    beside_wrong(
        "edits_the_gradebook_later",
        "A18",
        "leaves a process that gives itself marks when the cell has ended",
        """
        import subprocess, sys

        subprocess.Popen([sys.executable, "-c", '''
        import sqlite3, time
        for _ in range(300):
            try:
                with sqlite3.connect("@ROOT@/gradebook.db") as db:
                    db.execute("update grade set manual_score = 3")
            except Exception:
                pass
            time.sleep(0.1)
        '''.replace("        ", "")], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    """,
    ),
    beside_wrong(
        "writes_outside",
        "A18",
        "writes to every place of the course and of the Python installation",
        """
        import os, sys

        for path in ("@ROOT@/gradebook.db", "@ROOT@/nbgrader_config.py", "@ROOT@/tests/checks/test_double.py",
                     "@SECRET@", torch.__file__, np.__file__, sys.executable, "/etc/passwd", "/usr/bin/env",
                     os.path.join(os.path.dirname(os.__file__), "sitecustomize.py"), "/proc/self/oom_score_adj"):
            try:
                with open(path, "a") as file:
                    file.write(" ")
                if "oom" not in path:
                    breach(path)
            except OSError:
                pass
    """,
    ),
    beside_wrong(
        "leaves_the_sandbox",
        "A28",
        "asks Linux for namespaces, mounts, ptrace, bpf, io_uring and more",
        """
        import ctypes, os, platform

        libc = ctypes.CDLL(None, use_errno=True)
        numbers = {"ptrace": 101, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272,
                   "setns": 308, "bpf": 321, "io_uring_setup": 425, "keyctl": 250, "kexec_load": 246, "init_module": 175,
                   "userfaultfd": 323, "perf_event_open": 298, "open_by_handle_at": 304, "process_vm_readv": 310,
                   "move_mount": 429, "fsopen": 430, "reboot": 169, "swapon": 167, "syslog": 103, "memfd_create": 319}
        if platform.machine() == "x86_64":
            for name, number in numbers.items():
                arguments = (0x10000000, 0, 0, 0) if name == "unshare" else (0, 0, 0, 0)
                ctypes.set_errno(0)
                if libc.syscall(number, *arguments) >= 0 or ctypes.get_errno() not in (1, 38):
                    breach(f"{name} was not refused: errno {ctypes.get_errno()}")
        if libc.clone(None, None, 0x10000000 | 0x20000) > 0:
            breach("clone")
        for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.chown("/tmp", 0, 0),
                       lambda: os.mknod("/tmp/device", 0o60666, os.makedev(8, 0))):
            try:
                change()
                breach("became somebody else")
            except OSError:
                pass
        status = open("/proc/self/status").read()
        for line in status.splitlines():
            if line.startswith(("CapEff", "CapPrm", "CapBnd")) and int(line.split()[1], 16):
                breach(line)
            if line.startswith("NoNewPrivs") and line.split()[1] != "1":
                breach(line)
    """,
    ),
    beside_wrong(
        "raises_its_limits",
        "own",
        "raises its limits and its priority",
        """
        import os, resource

        for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
            soft, hard = resource.getrlimit(kind)
            if hard == resource.RLIM_INFINITY:
                breach(f"no limit {kind}")
            try:
                resource.setrlimit(kind, (hard * 2, hard * 2))
                breach(f"raised limit {kind}")
            except (ValueError, OSError):
                pass
        for change in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))):
            try:
                change()
                breach("a higher priority")
            except OSError:
                pass
    """,
    ),
    beside_wrong(
        "kills_everybody",
        "own",
        "sends SIGKILL to every process that it may signal, the first one too",
        """
        import os, signal

        for pid in (os.getppid(), 1, -1, *range(2, 3000)):
            if pid not in (0, os.getpid()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
    """,
    ),
    beside_wrong(
        "preloads",
        "own",
        "sets LD_PRELOAD, PYTHONSTARTUP and the like, and writes profiles and .pth files",
        """
        import os, site

        for name in ("LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONSTARTUP", "PYTHONPATH", "PYTEST_ADDOPTS", "IPYTHONDIR"):
            os.environ[name] = "/tmp/own-@TOKEN@"
        home = os.path.expanduser("~")
        for path in (home + "/.ipython/profile_default/startup/own-@TOKEN@.py", home + "/.config/pip/pip.conf",
                     home + "/.local/lib/python3.11/site-packages/own-@TOKEN@.pth",
                     os.path.join(site.getsitepackages()[0], "own-@TOKEN@.pth")):
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write("import os; os.environ['OWNED'] = '1'")
                if not path.startswith(home):
                    breach(path)
            except OSError:
                pass
    """,
    ),
]
