"""The warm parent: started once, replaced when it is dead or out of date, and never in the way."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from nbjudge.errors import SandboxUnavailable
from nbjudge.kernels import parent as parents
from nbjudge.kernels.parent import WarmParent, warm_parent
from nbjudge.kernels.probes.trial import Trial
from nbjudge.limits import Limits
from patience import until
from sandboxed import run_python

LIGHT: tuple[str, ...] = ()


def test_one_parent_serves_every_kernel(start):
    folders = {os.path.dirname(start().manager.ip) for _ in range(2)}
    assert folders == {warm_parent().folder}


def test_what_is_missing_is_left_out():
    with Trial(preload=("there_is_no_such_module", "json")) as trial:
        assert trial.run("import sys", "'json' in sys.modules") is True


def test_a_killed_parent_is_replaced(start):
    kernel = start()
    first = warm_parent()
    os.kill(zygote_of(kernel), signal.SIGKILL)
    assert kernel.wait_for_death() == "was killed by signal 9 (killed)"
    assert start().run("print(1)") == "1"
    assert warm_parent() is not first


def test_a_parent_that_has_just_been_killed_is_noticed_at_once(start):
    kernel = start()
    os.kill(zygote_of(kernel), signal.SIGKILL)
    assert start().run("print(1)") == "1"


def zygote_of(kernel) -> int:
    """The parent process of a kernel."""
    stat = Path(f"/proc/{kernel.provisioner.pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


@pytest.fixture
def module(tmp_path, monkeypatch) -> Path:
    """A module of a course, outside of the Python installation, beside what must stay out of sight."""
    file = tmp_path / "course" / "given_parts.py"
    file.parent.mkdir()
    file.write_text("answer = 1\n")
    (file.parent / "secret.txt").write_text("secret")
    monkeypatch.syspath_prepend(str(file.parent))
    monkeypatch.delitem(sys.modules, "given_parts", raising=False)  # another course's, where it is imported here
    yield file
    parents.close_parents()


def test_a_module_of_the_course_is_in_sight_and_its_neighbours_are_not(module):
    with Trial(preload=("given_parts",)) as trial:
        assert trial.run("import given_parts", "given_parts.answer") == 1
        assert trial.run("import os", f"os.listdir({str(module.parent)!r})") == [module.name]


def test_packages_installed_elsewhere_are_in_sight(tmp_path, monkeypatch):
    elsewhere = tmp_path / "lib" / "site-packages"
    elsewhere.mkdir(parents=True)
    (elsewhere / "installed_elsewhere.py").write_text("answer = 3\n")
    monkeypatch.syspath_prepend(str(elsewhere))
    with Trial(preload=("json",)) as trial:
        assert trial.run("import installed_elsewhere", "installed_elsewhere.answer") == 3
    parents.close_parents()


def test_a_parent_that_is_out_of_date_is_replaced_once_its_kernels_have_ended(module):
    with Trial(preload=("given_parts",)) as old:
        first = warm_parent(("given_parts",))
        module.write_text("answer = 2\n")
        os.utime(module, (1, 1))
        with Trial(preload=("given_parts",)) as new:
            assert new.run("import given_parts", "given_parts.answer") == 2
            assert old.run("import given_parts", "given_parts.answer") == 1
        assert os.path.exists(first.folder)
    assert not os.path.exists(first.folder)


def test_imports_that_start_threads_are_refused(module):
    module.write_text("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()")
    with pytest.raises(SandboxUnavailable, match="1 threads"):
        WarmParent(("given_parts",)).wait_until_warm()


def test_imports_that_fail_are_named(module):
    module.write_text("1 / 0")
    with pytest.raises(SandboxUnavailable, match="ZeroDivisionError"):
        WarmParent(("given_parts",)).wait_until_warm()


def test_a_process_forked_from_the_grader_gets_its_own_parent():
    ours = WarmParent(LIGHT)
    parents._parents[LIGHT, ()] = ours
    child = os.fork()
    if child == 0:
        other = warm_parent(LIGHT)
        good = other is not ours and other.spawn(Limits()).poll() is None
        other.close()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ours.usable
    with Trial(preload=LIGHT) as trial:
        assert trial.run("", "1") == 1


def test_a_grader_that_ends_normally_takes_its_parent_along():
    code = """
from nbjudge.kernels.probes.trial import Trial
from nbjudge.kernels.parent import warm_parent
Trial(preload=())
print(warm_parent(()).folder)
"""
    folder = run_python(code).stdout.strip()
    assert folder
    assert until(lambda: not os.path.exists(folder))


def test_a_thread_that_ends_does_not_take_the_parent_along():
    code = """
import threading
from nbjudge.kernels.parent import warm_parent
from nbjudge.kernels.probes.trial import Trial
thread = threading.Thread(target=warm_parent, args=((),))
thread.start()
thread.join()
with Trial(preload=()) as trial:
    print(trial.run("", "1"))
"""
    assert run_python(code).stdout.strip() == "1"


def test_it_knows_nothing_of_the_grader(start):
    kernel = start()
    environment = Path(f"/proc/{zygote_of(kernel)}/environ").read_bytes().decode().split("\0")
    assert "NBGRADER_EXECUTION=autograde" in environment
    assert not [line for line in environment if line.startswith(("PYTEST", "GIT", "SECRET"))]
