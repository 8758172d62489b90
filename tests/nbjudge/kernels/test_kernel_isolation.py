"""A kernel sees its own world, and nothing of it is left for the next."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nbjudge
import pytest
from nbjudge.kernels.probes import doctor
from sandboxed import as_ordinary_user, run_python

PROBES = """
import json
from nbjudge.kernels.probes.doctor import probes
print(json.dumps({p.name: [p.holds, p.how, p.detail, p.mend] for p in probes()}))
"""


def failing(output: str) -> dict[str, list]:
    """Of the printed probes, those that do not hold."""
    return {name: found for name, found in json.loads(output.splitlines()[-1]).items() if not found[0]}


def test_every_probe_holds():
    found = doctor.probes()
    assert [p for p in found if not p.holds] == []
    assert len(found) > 20
    assert all(p.how and p.detail and not p.mend for p in found)


def test_every_probe_holds_for_an_ordinary_user():
    done = as_ordinary_user(PROBES)
    assert done.returncode == 0, done.stderr
    assert failing(done.stdout) == {}
    assert "nobody" not in done.stdout


# Lines that are taken out, each with its file, and the probes that must notice.
GAPS = [
    ({"    seccomp.install()\n": "sandbox.py"}, {"rights", "system calls", "further namespaces"}),
    ({"    linux.drop_capabilities()\n": "sandbox.py"}, {"rights"}),
    ({"    own_processes()\n": "sandbox.py"}, {"other processes", "the grader's environment"}),
    ({"nr_inodes={limits.tmp_files},": "sandbox.py"}, {"number of files"}),
    ({"        (resource.RLIMIT_FSIZE, limits.file_bytes),\n": "sandbox.py"}, {"size of a file"}),
    ({"        self._control.close()\n": "zygote.py"}, {"the grader's open files"}),
    (
        {'        "--clearenv",\n': "world.py", '                env={"PATH": os.defpath},\n': "parent.py"},
        {"the grader's environment"},
    ),
]


@pytest.mark.parametrize(("lines", "notice"), GAPS)
def test_probes_notice_a_gap(tmp_path, lines, notice):
    """Without a line of the sandbox, the probes of what it does must fail, and no others."""
    shutil.copytree(Path(nbjudge.__file__).parent, tmp_path / "nbjudge", ignore=shutil.ignore_patterns("*.pyc"))
    for line, file in lines.items():
        (path,) = (tmp_path / "nbjudge" / "kernels").rglob(file)
        assert path.read_text().count(line) == 1
        path.write_text(path.read_text().replace(line, ""))
    done = run_python(PROBES, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert set(failing(done.stdout)) == notice, done.stderr


def test_no_memory_is_shared_with_the_parent_for_writing(kernel):
    shared = kernel.run("print([l for l in open('/proc/self/maps') if l.split()[1].startswith('rw-s')])")
    assert shared == "[]"


MARK = "not to be left behind"


def test_nothing_of_a_kernel_is_in_the_memory_of_the_next(start):
    """Kernels are copies of the warm parent, so what one of them heard must not have passed through it."""
    first = start()
    key = first.manager.session.key.decode()
    first.run(f"x = {MARK!r}")
    first.close()
    second = start()
    own = second.manager.session.key.decode()
    # What is looked for is told backwards, so that the question is not found for an answer.
    code = f"""
import re
wanted, hits = {[text[::-1] for text in (own, key, MARK)]}, [0, 0, 0]
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        start, end, flags = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
        if flags.startswith("rw"):
            memory.seek(int(start, 16))
            backwards = memory.read(int(end, 16) - int(start, 16))[::-1]
            hits = [n + backwards.count(text.encode()) for n, text in zip(hits, wanted)]
print(*hits)
"""
    of_own, of_key, of_mark = second.run(code).split()
    assert int(of_own) > 0
    assert (of_key, of_mark) == ("0", "0")
