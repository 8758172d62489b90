"""Right work counts in whatever notebook it comes: real submissions, by the real commands, full marks due."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from toy import EXERCISES, LESSON, Outcome, ToyCourse

FULL = {"double": 3.0, "quadruple": 4.0, "shares": 4.0}
DOUBLE, QUADRUPLE, SHARES = (EXERCISES[name].answer for name in FULL)


class Course(ToyCourse):
    """The toy course with all its exercises."""

    exercises = tuple(FULL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = Course(tmp_path_factory.mktemp("right_work"))
    course.make()
    return course


@pytest.fixture
def course(tmp_path: Path, made: Course) -> Course:
    return Course(shutil.copytree(made.root, tmp_path / "course"))


def graded(course: Course, submissions: dict[str, NotebookNode | str | bytes]) -> dict[str, Outcome]:
    """What comes of a class, graded in one run."""
    for student, notebook in submissions.items():
        if isinstance(notebook, bytes):
            course.write(f"submitted/{student}/{LESSON}/{LESSON}.ipynb", notebook)
        else:
            course.hand_in(student, json.dumps(notebook))  # as it is: nbformat would mend it
    course.autograde()
    return course.outcomes()


def all_full(outcomes: dict[str, Outcome]) -> None:
    lost = {student: (one.scores, one.comment) for student, one in outcomes.items() if one.scores != FULL}
    assert not lost
    assert not [student for student, one in outcomes.items() if one.needs_person]


# -- where an answer stands --------------------------------------------------------------------------------------------


class Desk:
    """A learner's notebook, and what people do with its cells."""

    def __init__(self, notebook: NotebookNode):
        self.notebook, self.cells = notebook, notebook.cells

    def at(self, grade_id: str) -> int:
        ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in self.cells]
        return ids.index(grade_id)

    def cell(self, grade_id: str) -> NotebookNode:
        return self.cells[self.at(grade_id)]

    def above(self, grade_id: str, *sources: str) -> Desk:
        self.cells[self.at(grade_id) : self.at(grade_id)] = map(new_code_cell, sources)
        return self

    def below(self, grade_id: str, *sources: str) -> Desk:
        place = self.at(grade_id) + 1
        self.cells[place:place] = map(new_code_cell, sources)
        return self


def above(source: str) -> Callable[[Course], NotebookNode]:
    """Right answers, below a cell of the learner's own."""
    return lambda course: Desk(course.answered()).above("double", source).notebook


def _untouched_copy(with_id: bool) -> Callable[[Course], NotebookNode]:
    def make(course: Course) -> NotebookNode:
        desk = Desk(course.answered())
        for name in FULL:
            given = copy.deepcopy(Desk(course.release()).cell(name))
            if not with_id:
                given.metadata = NotebookNode()
            desk.cells.insert(desk.at(name) + 1, given)
        return desk.notebook

    return make


def _in_new_cells(where: str) -> Callable[[Course], NotebookNode]:
    def make(course: Course) -> NotebookNode:
        desk = Desk(course.release())
        for name in FULL:
            if where == "above":
                desk.above(name, EXERCISES[name].answer)
            elif where == "below":
                desk.below(name, EXERCISES[name].answer)
            elif where == "below_the_test":
                desk.below(f"test_{name}", EXERCISES[name].answer)
            elif where == "at_the_top":
                desk.above("setup", EXERCISES[name].answer)
            else:
                desk.cells.append(new_code_cell(EXERCISES[name].answer))
        return desk.notebook

    return make


def _all_ids_lost(course: Course) -> NotebookNode:
    notebook = course.answered()
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
    return notebook


def _given_cells_deleted(course: Course) -> NotebookNode:
    desk = Desk(_in_new_cells("above")(course))
    for name in FULL:
        del desk.cells[desk.at(name)]
    return desk.notebook


def _given_cells_emptied(where: str) -> Callable[[Course], NotebookNode]:
    def make(course: Course) -> NotebookNode:
        desk = Desk(_in_new_cells(where)(course))
        for name in FULL:
            desk.cell(name).source = "# see my own cell"
        return desk.notebook

    return make


def _given_with_a_comment_below(course: Course) -> NotebookNode:
    desk = Desk(_untouched_copy(with_id=False)(course))
    for name in FULL:
        copied = desk.cells[desk.at(name) + 1]
        copied.source = "# what was given:\n" + copied.source.replace("\n", "\n\n", 1)
    return desk.notebook


def _split(course: Course) -> NotebookNode:
    """As JupyterLab splits a cell: both halves keep the id."""
    desk = Desk(course.answered())
    for name, first in (("double", "two = 2"), ("shares", "from math import inf")):
        half = copy.deepcopy(desk.cell(name))
        half.source = first
        desk.cells.insert(desk.at(name), half)
    desk.cell("double")
    desk.cells[desk.at("double") + 1].source = "def double(x):\n    return two * x"
    return desk.notebook


def _copied_for_the_next(course: Course) -> NotebookNode:
    """The cell of `double` copied, id and all, and written over for `quadruple`, whose own cell stays as it was."""
    desk = Desk(course.answered(quadruple=Desk(course.release()).cell("quadruple").source))
    pasted = copy.deepcopy(desk.cell("double"))
    pasted.source = QUADRUPLE
    desk.cells.insert(desk.at("quadruple") + 1, pasted)
    return desk.notebook


def _tries_below(course: Course) -> NotebookNode:
    """Copies of the answer's cell, id and all, in which the answer was tried out."""
    desk = Desk(course.answered())
    tried = copy.deepcopy(desk.cell("double"))
    tried.source = "double(np.ones(3))"
    desk.cells.insert(desk.at("double") + 1, tried)
    return desk.notebook


def _a_class_made_ready_between(course: Course) -> NotebookNode:
    """A pasted cell needs what stands between it and the cell that it was copied from."""
    desk = Desk(course.answered())
    desk.below("double", "class Base:\n    by = 2")
    first = copy.deepcopy(desk.cell("double"))
    desk.cell("double").source = "started = True"
    first.source = "class Times(Base):\n    pass\n\n\ndef double(x):\n    return Times.by * x"
    desk.cells.insert(desk.at("double") + 2, first)
    return desk.notebook


def _sections_reordered(course: Course) -> NotebookNode:
    cells = course.answered().cells
    notebook = course.answered()
    notebook.cells = [*cells[:2], *cells[6:8], *cells[4:6], *cells[2:4]]
    return notebook


def _helper_below_the_test(course: Course) -> NotebookNode:
    desk = Desk(course.answered(double="def double(x):\n    return times(x)"))
    return desk.below("test_double", "two = 2", "def times(x):\n    return two * x").notebook


def _answer_and_helper_below_the_test(course: Course) -> NotebookNode:
    desk = Desk(course.answered(double=Desk(course.release()).cell("double").source))
    answer = "import functools\n\n@functools.wraps(times)\ndef double(x):\n    return times(x)"
    return desk.below("test_double", "def times(x):\n    return 2 * x", answer).notebook


def _added_to(grade_id: str, added: str, first: bool = False) -> Callable[[Course], NotebookNode]:
    def make(course: Course) -> NotebookNode:
        desk = Desk(course.answered(double="def double(x):\n    return times(x)"))
        cell = desk.cell(grade_id)
        cell.source = f"{added}\n{cell.source}" if first else f"{cell.source}\n{added}"
        return desk.notebook

    return make


def _as_markdown_first(course: Course) -> NotebookNode:
    desk = Desk(course.answered())
    for name in FULL:
        desk.cells.insert(desk.at(name), new_markdown_cell("My idea: `2 * x`\n\n```python\nreturn 2 * x\n```"))
    return desk.notebook


PLACES: dict[str, Callable[[Course], NotebookNode]] = {
    "untouched_copy_with_id": _untouched_copy(with_id=True),
    "untouched_copy": _untouched_copy(with_id=False),
    "copy_with_a_comment": _given_with_a_comment_below,
    "new_cell_above": _in_new_cells("above"),
    "new_cell_below": _in_new_cells("below"),
    "new_cell_at_the_top": _in_new_cells("at_the_top"),
    "given_cells_deleted": _given_cells_deleted,
    "given_cells_emptied": _given_cells_emptied("above"),
    "all_ids_lost": _all_ids_lost,
    "split": _split,
    "copied_for_the_next": _copied_for_the_next,
    "tries_below": _tries_below,
    "made_ready_between": _a_class_made_ready_between,
    "sections_reordered": _sections_reordered,
    "import_in_setup": _added_to("setup", "from operator import mul\ntimes = lambda x: mul(2, x)", first=True),
    "helper_in_setup": _added_to("setup", "def times(x):\n    return 2 * x"),
    "helper_in_test": _added_to("test_double", "def times(x):\n    return 2 * x", first=True),
    "helper_below_in_test": _added_to("test_double", "def times(x):\n    return 2 * x\nprint(times(3))"),
    "path_in_setup": _added_to("setup", "import sys\nsys.path.append('lib')\nfrom mine import times"),
    "magic_in_setup": _added_to("setup", "%matplotlib inline\n%run lib/mine.py"),
    "ideas_in_words": _as_markdown_first,
}
BELOW: dict[str, Callable[[Course], NotebookNode]] = {
    "below_the_test": _in_new_cells("below_the_test"),
    "at_the_end": _in_new_cells("at_the_end"),
    "emptied_and_below": _given_cells_emptied("below_the_test"),
    "helper_below_the_test": _helper_below_the_test,
    "both_below_the_test": _answer_and_helper_below_the_test,
}


def test_an_answer_counts_wherever_it_stands(course):
    for student in PLACES:
        course.write(f"submitted/{student}/{LESSON}/lib/mine.py", "def times(x):\n    return 2 * x\n")
    outcomes = graded(course, {student: make(course) for student, make in PLACES.items()})
    all_full(outcomes)
    told = {student: one.comment for student, one in outcomes.items() if "No response" in one.comment}
    assert not told


def test_a_wrong_answer_in_a_new_cell_is_no_missing_one(course):
    desk = Desk(course.release()).above("double", "def double(x):\n    return x + 2")
    outcome = graded(course, {"wrong": desk.notebook, "nothing": course.release()})
    assert outcome["wrong"].comment.count("No response.") == 2
    assert outcome["nothing"].comment.count("No response.") == 3


def test_an_answer_below_its_test_counts_and_its_place_is_named(course):
    outcomes = graded(course, {student: make(course) for student, make in BELOW.items()})
    all_full(outcomes)
    for student, outcome in outcomes.items():
        assert "stood below its test" in str(course.graded(student)), student
        assert "No response" not in outcome.comment


# -- what else the cells do --------------------------------------------------------------------------------------------

FILES = {
    "appends": 'open("log.txt", "a").write("x")',
    "saves_tensors": 'torch.save(torch.ones(2), "t.pt")\nprint(torch.load("t.pt"))',
    "saves_arrays": 'np.save("a.npy", np.ones(2))\nimport os\nos.makedirs("out/deep", exist_ok=True)',
    "saves_a_picture": 'import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.savefig("p.png")\nplt.show()',
    "writes_over": 'open("data.txt", "w").write("mine")',
    "writes_at_home": 'from pathlib import Path\nPath.home().joinpath("x").write_text("x")\nopen("/tmp/y", "w").write("y")',
    "pickles": 'import pickle\npickle.dump({1: 2}, open("p.pkl", "wb"))',
    "database": 'import sqlite3\nsqlite3.connect("d.db").execute("create table t (x)")',
    "changes_folder": 'import os\nos.makedirs("sub", exist_ok=True)\nos.chdir("sub")\nopen("here.txt", "w").write("x")',
}


def _module_by_writefile(course: Course) -> NotebookNode:
    desk = Desk(course.answered(double="from mymod import double"))
    return desk.above("double", "%%writefile mymod.py\ndef double(x):\n    return 2 * x\n").notebook


def _module_by_open(course: Course) -> NotebookNode:
    desk = Desk(course.answered(double="import mymod2\n\n\ndef double(x):\n    return mymod2.double(x)"))
    source = "with open('mymod2.py', 'w') as f:\n    f.write('def double(x):\\n    return x + x\\n')"
    return desk.above("double", source).notebook


def _module_handed_in(course: Course) -> NotebookNode:
    course.write(f"submitted/module_handed_in/{LESSON}/lib.py", "def double(x):\n    return 2 * x\n")
    return course.answered(double="from lib import double")


def test_answers_that_write_files_count(course):
    course.write(f"source/{LESSON}/data.txt", "given")
    submissions = {student: above(source)(course) for student, source in FILES.items()}
    submissions["module_by_writefile"] = _module_by_writefile(course)
    submissions["module_by_open"] = _module_by_open(course)
    submissions["module_handed_in"] = _module_handed_in(course)
    inside = "def double(x):\n    with open('log.txt', 'a') as f:\n        f.write('x')\n    return 2 * x"
    submissions["logs_every_call"] = course.answered(double=inside)
    outcomes = graded(course, submissions)
    all_full(outcomes)
    assert not {student: one.comment for student, one in outcomes.items() if one.comment}
    raised = [student for student in submissions if '"error"' in json.dumps(course.graded(student))]
    assert not raised


ENDS = {
    "exit": "exit()",
    "quit": "quit()",
    "exit_bare": "exit",
    "sys_exit": "import sys\nsys.exit()",
    "sys_exit_words": "import sys\nsys.exit('done')",
    "system_exit": "raise SystemExit(1)",
    "os_exit": "import os\nos._exit(0)",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "kill": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "interrupt": "raise KeyboardInterrupt",
    "unittest": "import unittest\nunittest.main(argv=[''])",
    "loop": "while True:\n    pass",
    "input": "n = int(input('how many?'))",
    "breakpoint": "breakpoint()",
    "pdb": "import pdb\npdb.set_trace()",
    "debug": "1 / 0\n%debug",
    "reset": "%reset -f\nimport numpy as np\nimport torch",
    "shutdown": "get_ipython().kernel.do_shutdown(True)",
    "memory": "x = bytearray(3 << 30)\nx[::4096] = bytes(len(x[::4096]))",
}
AFTER = ("exit", "quit", "os_exit", "kill", "shutdown", "sys_exit")


def _both_sides(course: Course, source: str) -> NotebookNode:
    return Desk(course.answered()).below("double", source).below("test_double", source).notebook


def test_cells_that_end_the_notebook_or_wait_for_ever_cost_nothing(course):
    course.write("nbgrader_config.py", course.config + "c.NBJudge.cell_seconds = 5\n")
    submissions = {student: above(source)(course) for student, source in ENDS.items()}
    submissions |= {f"{student}_after": _both_sides(course, ENDS[student]) for student in AFTER}
    all_full(graded(course, submissions))


STATE = {
    "dtype": "torch.set_default_dtype(torch.float64)",
    "device": "torch.set_default_device('meta')",
    "no_grad": "torch.set_grad_enabled(False)",
    "inference": "torch.inference_mode().__enter__()",
    "anomaly": "torch.autograd.set_detect_anomaly(True)",
    "autocast": "torch.autocast('cpu', dtype=torch.bfloat16).__enter__()",
    "deterministic": "torch.use_deterministic_algorithms(True)",
    "flush": "torch.set_flush_denormal(True)",
    "threads": "torch.set_num_threads(8)",
    "seed_replaced": "torch.manual_seed = lambda seed: None\nnp.random.seed = lambda seed: None",
    "seeds": "import random\nrandom.seed(1)\nnp.random.seed(1)\ntorch.manual_seed(1)",
    "seterr": "np.seterr(all='raise')",
    "errcall": "np.seterrcall(lambda *a: 1 / 0)\nnp.seterr(all='call')",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
    "warnings_again": "import warnings\nwarnings.filterwarnings('error')\nwarnings.simplefilter = lambda *a, **k: None",
    "printing": "np.set_printoptions(precision=1)\ntorch.set_printoptions(precision=1, sci_mode=True)",
    "recursion": "import sys\nsys.setrecursionlimit(90)",
    "stdout": "import sys\nsys.stdout = open('out.txt', 'w')",
    "stdout_none": "import sys\nsys.stdout = sys.stderr = None",
    "print_replaced": "import builtins\nbuiltins.print = None",
    "import_replaced": "import builtins\nbuiltins.__import__ = None",
    "open_replaced": "import builtins\nbuiltins.open = builtins.len = builtins.isinstance = None",
    "trace": "import sys\nsys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "signals": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)",
    "alarm": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.3, 0.3)",
    "logging": "import logging\nlogging.basicConfig(level=logging.DEBUG)\nlogging.disable(logging.CRITICAL)",
    "hooks": "import sys\nsys.excepthook = sys.displayhook = None",
    "tensor_repr": "torch.Tensor.__repr__ = lambda self: 'lovely'\nnp.set_string_function = None",
    "gc": "import gc\ngc.disable()\ngc.set_threshold(1)",
    "environment": "import os\nos.environ.clear()",
    "folder_gone": "import os, shutil\nos.makedirs('/tmp/x')\nos.chdir('/tmp/x')\nshutil.rmtree('/tmp/x')",
    "path": "import sys\nsys.path.clear()",
    "socket": "import socket\nsocket.setdefaulttimeout(0.001)",
    "locale": "import locale, os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()",
    "events": "get_ipython().events.register('pre_run_cell', lambda *a: 1 / 0)",
    "transformer": "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'] if len(lines) == 1 else lines)",
    "interactivity": "from IPython.core.interactiveshell import InteractiveShell\n"
    "InteractiveShell.ast_node_interactivity = 'all'",
    "handler": "get_ipython().set_custom_exc((Exception,), lambda *a, **k: print('caught'))",
    "threads_run": "import threading, time\nthreading.Thread(target=lambda: [print('.') or time.sleep(0.01) "
    "for _ in range(10000)], daemon=True).start()",
    "loop_busy": "import asyncio\nasync def tick():\n    while True:\n        await asyncio.sleep(0.001)\n"
    "task = asyncio.ensure_future(tick())",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "child": "import subprocess\np = subprocess.Popen(['sleep', '100'])",
    "forks": "import os\npid = os.fork()\nif pid == 0:\n    os._exit(0)\nos.waitpid(pid, 0)",
    "pool": "from concurrent.futures import ThreadPoolExecutor\nlist(ThreadPoolExecutor(4).map(abs, range(9)))",
    "matplotlib": "import matplotlib\nmatplotlib.use('Agg')\nmatplotlib.rcParams['figure.dpi'] = 1000",
    "descriptors": "import os\nfor fd in range(3, 50):\n    try:\n        os.dup(fd)\n    except OSError:\n        pass",
}


def test_global_state_of_own_cells_changes_no_verdict(course):
    all_full(graded(course, {student: above(source)(course) for student, source in STATE.items()}))


NAMES = {
    **{name: f"{name} = 1" for name in ("globals", "type", "eval", "exec", "dict", "list", "len", "object", "str")},
    "dunder_import": "__import__ = None",
    "dunder_builtins": "import builtins\n__builtins__ = builtins.__dict__",
    "dunder_name": "__name__ = 'mine'",
    "ipython": "get_ipython = None",
    "print": "print = 3",
    "judge": "judge = student = reference = check = 5",
    "judge_function": "def judge(*a):\n    raise ValueError",
    "given_parts": "given_parts = nbjudge = None",
    "serve": "serve = serve_kernel = None",
    "in_out": "In = Out = _ih = _oh = _ = __ = ___ = _i = _dh = None",
    "stars": "from numpy import *\nfrom torch import *\nfrom math import *",
    "exit_name": "exit = quit = None",
    "nn": "nn = F = math = 4",
}


def test_a_learners_own_names_change_nothing(course):
    all_full(graded(course, {student: above(source)(course) for student, source in NAMES.items()}))


MAGICS = {
    "time": "%%time\nimport this",
    "timeit": "%timeit -n 2 -r 1 np.ones(2)",
    "timeit_cell": "%%timeit -n 2 -r 1\nnp.ones(2)",
    "ls": "!ls",
    "assigned": "x = !ls\nprint(x)",
    "assigned_magic": "t = %timeit -n 1 -r 1 -o np.ones(1)\nn = %env HOME",
    "question": "np.ones?",
    "questions": "??np.ones",
    "capture": "%%capture out\nprint('x' * 5000)",
    "bash": "%%bash\necho hello; exit 3",
    "html": "%%html\n<b>x</b>",
    "javascript": "%%javascript\nalert(1)",
    "inline": "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'",
    "reload": "%load_ext autoreload\n%autoreload 2",
    "no_such": "%no_such_magic\n%load_ext no_such_extension",
    "pip": "%pip install nothing-of-this-name",
    "shell_pip": "!pip install nothing-of-this-name",
    "cd": "%cd /tmp\n%pwd",
    "who": "%whos\n%history\n%lsmagic",
    "prun": "%prun -q sum(range(9))",
    "xmode": "%xmode Minimal\n%pprint\n%precision 3",
    "store": "x = 1\n%store x",
    "save": "%save -f mine.py 1-2\n%notebook -e x.ipynb",
    "script": "%%script python3\nprint(1)",
    "perl": "%%perl\nprint 1",
    "percent": "%colors nocolor\n%automagic on\n%autosave 60",
    "writes_and_runs": "%%writefile s.py\nprint('from a file')",
    "help": "help(np.ones)",
    "doctest": "import doctest\ndoctest.testmod()",
}
ANSWERS = {
    "lambda": {"double": "double = lambda x: 2 * x"},
    "partial": {"double": "from functools import partial\nfrom operator import mul\ndouble = partial(mul, 2)"},
    "instance": {"double": "class Double:\n    def __call__(self, x):\n        return 2 * x\n\n\ndouble = Double()"},
    "class_method": {"double": "class C:\n    def go(self, x):\n        return 2 * x\n\n\ndouble = C().go"},
    "static": {"double": "class C:\n    @staticmethod\n    def go(x):\n        return 2 * x\n\n\ndouble = C.go"},
    "decorated": {
        "double": "import functools\n\ndef loud(f):\n    @functools.wraps(f)\n    def g(*a, **k):\n        print('called')\n"
        "        return f(*a, **k)\n    return g\n\n\n@loud\ndef double(x):\n    return 2 * x"
    },
    "module": {
        "double": "class Double(torch.nn.Module):\n    def forward(self, x):\n        return 2 * x\n\ndouble = Double()"
    },
    "timed": {"double": f"%%time\n{DOUBLE}"},
    "captured": {"double": f"%%capture\n{DOUBLE}"},
    "profiled": {"double": f"%%prun -q\n{DOUBLE}"},
    "with_shell": {"double": f"!ls\n{DOUBLE}\nfiles = !ls\ndouble?"},
    "ipython_prompts": {"double": "In [1]: def double(x):\n   ...:     return 2 * x\n   ...: "},
    "python_prompts": {"double": ">>> def double(x):\n...     return 2 * x\n"},
    "indented": {"double": "    def double(x):\n        return 2 * x\n"},
    "tabs": {"double": "def double(x):\n\treturn 2 * x\n"},
    "windows": {name: EXERCISES[name].answer.replace("\n", "\r\n") for name in FULL},
    "old_mac": {"double": DOUBLE.replace("\n", "\r")},
    "form_feed": {"double": f"\f{DOUBLE}\f"},
    "trailing_semicolon": {"double": "def double(x): return 2 * x;"},
    "unicode": {"double": "π = 2\n\n\ndef double(ξ):\n    return π * ξ  # Ünïcödé 🙂"},
    "future": {"double": f"from __future__ import annotations\n{DOUBLE}"},
    "breakpoint_left": {"double": "def double(x):\n    breakpoint()\n    return 2 * x"},
    "debugger_left": {"double": "import pdb\n\n\ndef double(x):\n    pdb.set_trace()\n    return 2 * x"},
    "typed": {"double": "from typing import Any\n\ndef double(x: 'np.ndarray') -> Any:\n    return 2 * x"},
    "conditional": {"double": "if True:\n    def double(x):\n        return 2 * x\nelse:\n    double = None"},
    "tried": {"double": "try:\n    import cupy\nexcept ImportError:\n    def double(x):\n        return 2 * x"},
    "main_guard": {"double": f"{DOUBLE}\nif __name__ == '__main__':\n    print(double(2))"},
    "own_tests": {"double": f"{DOUBLE}\nassert double(2) == 4\nprint('all right')"},
    "own_tests_fail": {"double": f"{DOUBLE}\nassert double(2) == 5"},
    "shown_last": {"double": f"{DOUBLE}\ndouble(np.ones((2, 2)))"},
    "executed": {"double": "exec('def double(x):\\n    return 2 * x')"},
    "set_by_globals": {"double": "globals()['double'] = lambda x: 2 * x"},
    "renamed": {"double": "def twice(x):\n    return 2 * x\n\n\ndouble = twice"},
    "remembers": {"double": "seen = []\n\n\ndef double(x, seen=seen):\n    seen.append(1)\n    return 2 * x"},
    "recursive": {"double": "def double(x, n=2):\n    return x if n == 1 else x + double(x, n - 1)"},
    "generator_inside": {"double": "def double(x):\n    return sum(y for y in (x, x))"},
    "noisy": {"double": "def double(x):\n    print('w' * 100_000)\n    return 2 * x"},
    "noisy_errors": {"double": "import sys\n\n\ndef double(x):\n    print('w', file=sys.stderr)\n    return 2 * x"},
    "warns": {"double": "import warnings\n\n\ndef double(x):\n    warnings.warn('slow')\n    return 2 * x"},
    "tqdm": {"double": "from tqdm.auto import tqdm\n\n\ndef double(x):\n    return sum(x for _ in tqdm(range(2)))"},
    "thread": {
        "double": "import threading\n\n\ndef double(x):\n    out = []\n    t = threading.Thread(target=lambda: out.append(2 * x))\n"
        "    t.start()\n    t.join()\n    return out[0]"
    },
    "async_inside": {
        "double": "async def slow(x):\n    return 2 * x\n\n\ny = await slow(1)\n\n\ndef double(x):\n    return 2 * x"
    },
    "grown_signature": {
        "double": "def double(x, times=2):\n    return times * x",
        "quadruple": "def quadruple(x):\n    return double(x, times=4)",
    },
    "wrong_but_grown": {
        "double": "def double(x, times=2):\n    x *= times\n    return x",
        "quadruple": "def quadruple(x):\n    return double(x.copy(), times=4)",
    },
    "own_double": {
        "quadruple": "def double(x, y):\n    return x + y\n\n\ndef quadruple(x):\n    return double(double(x, x), double(x, x))"
    },
    "compiled": {"shares": f"@torch.compile\n{SHARES}", "double": f"@torch.compile()\n{DOUBLE}"},
    "compiled_fully": {"shares": f"@torch.compile(fullgraph=True, mode='max-autotune')\n{SHARES}"},
    "compiled_later": {"shares": f"{SHARES}\nshares = torch.compile(shares)"},
    "scripted": {
        "shares": "@torch.jit.script\ndef shares(x):\n    e = x.exp()\n    return e / e.sum(-1, keepdim=True)"
    },
    "traced": {"shares": f"{SHARES}\nshares = torch.jit.trace(shares, torch.ones(2, 3))"},
    "no_grad": {"shares": f"@torch.no_grad()\n{SHARES}"},
    "inference": {"shares": f"@torch.inference_mode()\n{SHARES}"},
    "vmapped": {"shares": "def row(x):\n    e = x.exp()\n    return e / e.sum()\n\n\nshares = torch.vmap(row)"},
    "numpy_inside": {
        "shares": "def shares(x):\n    e = np.exp(x.numpy())\n    return torch.tensor(e / e.sum(-1, keepdims=True))"
    },
    "parameter": {"shares": f"{SHARES}\ninner = shares\ndef shares(x):\n    return torch.nn.Parameter(inner(x))"},
    "tensor_class": {
        "shares": f"{SHARES}\ninner = shares\ndef shares(x):\n    class T(torch.Tensor):\n        pass\n    return inner(x).as_subclass(T)"
    },
}


def test_magics_in_own_cells_cost_nothing(course):
    all_full(graded(course, {student: above(source)(course) for student, source in MAGICS.items()}))


def test_right_answers_count_in_any_style(course):
    outcomes = graded(course, {student: course.answered(**answers) for student, answers in ANSWERS.items()})
    wrong = outcomes.pop("wrong_but_grown")
    assert wrong.scores == {**FULL, "double": 2.0}  # it changes its input, and no later answer pays for that
    all_full(outcomes)


# -- the file ----------------------------------------------------------------------------------------------------------


def _text(notebook: NotebookNode) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def _changed(change: Callable[[NotebookNode], object]) -> Callable[[NotebookNode], bytes]:
    def make(notebook: NotebookNode) -> bytes:
        change(notebook)
        return json.dumps(notebook).encode()

    return make


def _oldest(notebook: NotebookNode) -> None:
    notebook.nbformat, notebook.nbformat_minor = 4, 0
    for cell in notebook.cells:
        del cell["id"]


def _bare_cells(notebook: NotebookNode) -> None:
    """As tools write them that know of no outputs."""
    for cell in notebook.cells:
        for key in ("outputs", "execution_count", "id"):
            cell.pop(key, None)
    notebook.pop("metadata")


def _odd_cells(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        cell["id"] = "the same" if number % 2 else 7
        if cell.cell_type == "code":
            cell.update(execution_count="9", outputs=None if number % 2 else [{"output_type": "x"}, 5])
    notebook.cells[1:1] = [None, 5, {"cell_type": "heading", "source": "# x", "level": 1}, {"source": []}]


def _colab(notebook: NotebookNode) -> None:
    notebook.metadata = {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU"}
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for number, cell in enumerate(notebook.cells):
        cell.metadata.update(id=f"aB{number}", colab={"base_uri": "https://localhost:8080/"}, outputId="x")


def _vscode(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": ".venv", "display_name": ".venv (3.12.1)", "language": "python"}
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python"}


def _kaggle(notebook: NotebookNode) -> None:
    notebook.metadata["kaggle"] = {"accelerator": "none", "dataSources": [], "isGpuEnabled": False}
    for cell in notebook.cells:
        cell.metadata.update(_uuid="8f2839f2", _kg_hide_input=True, trusted=True, execution={"iopub.status.busy": "x"})


def _widgets(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"x": 5}}}


def _as_script(notebook: NotebookNode) -> None:
    notebook.metadata["jupytext"] = {"formats": "ipynb,py:percent"}
    notebook.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}


def _one_string(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell["source"] = "".join(cell["source"])


def _lines(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


def _windows_lines(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def _heavy_outputs(notebook: NotebookNode) -> None:
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 8_000_000}}
    notebook.cells[1]["outputs"] = [picture]


def _half_a_pair(notebook: NotebookNode) -> None:
    notebook.cells.append(new_code_cell("s = '\ud83d'"))
    notebook.cells.append(new_markdown_cell("\udc00"))


FORMATS: dict[str, Callable[[NotebookNode], bytes]] = {
    "bom": lambda notebook: _text(notebook).encode("utf-8-sig"),
    "utf16": lambda notebook: _text(notebook).encode("utf-16"),
    "utf16_big": lambda notebook: b"\xfe\xff" + _text(notebook).encode("utf-16-be"),
    "utf16_unmarked": lambda notebook: _text(notebook).encode("utf-16-le"),
    "utf32": lambda notebook: _text(notebook).encode("utf-32"),
    "windows": lambda notebook: _text(notebook).replace("\n", "\r\n").encode(),
    "blank_around": lambda notebook: b"\n\n  " + _text(notebook).encode() + b"\n\n",
    "ascii": lambda notebook: json.dumps(notebook).encode(),
    "version_3": lambda notebook: nbformat.writes(nbformat.convert(notebook, 3), version=3).encode(),
    "version_2": lambda notebook: _as_version_2(notebook),
    "version_4_0": _changed(_oldest),
    "version_4_99": _changed(lambda notebook: notebook.update(nbformat_minor=99)),
    "version_as_text": _changed(lambda notebook: notebook.update(nbformat="4", nbformat_minor="5")),
    "version_missing": _changed(lambda notebook: [notebook.pop(key) for key in ("nbformat", "nbformat_minor")]),
    "bare_cells": _changed(_bare_cells),
    "odd_cells": _changed(_odd_cells),
    "colab": _changed(_colab),
    "vscode": _changed(_vscode),
    "kaggle": _changed(_kaggle),
    "widgets": _changed(_widgets),
    "another_language": _changed(_as_script),
    "one_string": _changed(_one_string),
    "lines": _changed(_lines),
    "windows_lines": _changed(_windows_lines),
    "heavy_outputs": _changed(_heavy_outputs),
    "half_a_pair": _changed(_half_a_pair),
}


def _as_version_2(notebook: NotebookNode) -> bytes:
    cells = [
        {"cell_type": cell.cell_type, "language": "python", "input": cell.source, "outputs": []}
        if cell.cell_type == "code"
        else {"cell_type": cell.cell_type, "source": cell.source}
        for cell in notebook.cells
    ]
    return json.dumps({"nbformat": 2, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()


def test_a_notebook_counts_in_whatever_file_it_comes(course):
    all_full(graded(course, {student: make(course.answered()) for student, make in FORMATS.items()}))


NO_NOTEBOOKS: dict[str, tuple[bytes, str]] = {
    "page": (b"<!DOCTYPE html><html><body>def double</body></html>", "it is a web page"),
    "page_with_a_mark": (b"\xef\xbb\xbf  <html></html>", "it is a web page"),
    "zip": (b"PK\x03\x04rest", "it is a zip archive"),
    "pdf": (b"%PDF-1.7 rest", "it is a PDF file"),
    "gzip": (b"\x1f\x8b\x08rest", "it is a compressed file"),
    "picture": (b"\x89PNG\r\n\x1a\nrest", "it is a picture"),
    "script": (b"import numpy as np\n\ndef double(x):\n    return 2 * x\n", "it is a Python script"),
    "merge": (b'{"cells": [\n<<<<<<< HEAD\n{},\n=======\n>>>>>>> main\n]}', "a merge that was not finished"),
    "cut_off": (b'{"cells": [{"cell_type": "code", "sour', "cut off"),
    "nothing": (b"", "it is empty"),
    "spaces": (b" \n", "it is empty"),
    "latin": ('{"cells": [], "é": 1}'.encode("latin-1"), "UTF-8"),
    "too_large": (b'{"cells": ["' + b"x" * (21 << 20) + b'"]}', "more than"),
    "other_json": (b'{"a": 1}', "not a notebook"),
}


def test_what_is_no_notebook_is_said_in_peoples_words(course):
    outcomes = graded(course, {student: data for student, (data, _) in NO_NOTEBOOKS.items()})
    for student, (_, words) in NO_NOTEBOOKS.items():
        assert outcomes[student].needs_person, student
        assert words in outcomes[student].comment, (student, outcomes[student].comment)
        assert "No response" not in outcomes[student].comment


# -- what a learner is told --------------------------------------------------------------------------------------------

FENCE = "```python\ndef double(x):\n    return 2 * x\n```"
SAID = {
    "input": ("n = input('how many?')", "nobody answers while it is graded"),
    "getpass": ("import getpass\ngetpass.getpass()", "nobody answers while it is graded"),
    "fence": (FENCE, "Markdown fence"),
    "no_break": ("x =\u00a01", "no-break spaces"),
    "quotes": ("x = “two”", "typographic quotation marks"),
    "zero_width": ("x = 1\u200b", "invisible characters"),
    "minus": ("x = 3 − 2", "typographic minus"),
    "network": ("import urllib.request\nurllib.request.urlopen('http://example.org')", "no network"),
    "sockets": ("import socket\nsocket.create_connection(('10.0.0.1', 80))", "no network"),
    "pip": ("%pip install nothing-of-this-name", "no network"),
    "missing_module": ("import no_such_module", "is not installed where notebooks are graded"),
    "missing_file": ("open('no_such_data.csv')", "was handed in beside the notebook"),
    "colab": ("from google.colab import drive\ndrive.mount('/content/drive')", "Colab"),
    "array": ("x = np.ones(1 << 40)", "more memory than"),
    "tensor": ("x = torch.ones(1 << 40)", "more memory than"),
    "bytes": ("x = bytearray(3 << 30)", "more memory than"),
    "cuda": ("x = torch.ones(2).cuda()", "no GPU"),
    "tabs": ("if True:\n\tx = 1\n        y = 2", "tabs and spaces"),
}


def test_what_went_wrong_is_said_in_peoples_words(course):
    outcomes = graded(course, {student: above(source)(course) for student, (source, _) in SAID.items()})
    all_full(outcomes)
    for student, (_, words) in SAID.items():
        tables = [cell.outputs for cell in course.graded(student).cells if "test_double" in str(cell.metadata)]
        assert words in str(tables), student


IN_THE_ANSWER = {
    "input": ("def double(x):\n    return float(input()) * x", "nobody answers while it is graded"),
    "no_module": ("def double(x):\n    import no_such_module\n    return 2 * x", "no_such_module"),
    "fence": (FENCE, "Markdown fence"),
    "deleted": ("", "does not define it"),
    "second_try": ("def double(x):\n    return 3 * x", "Below this test, double is defined again"),
}


def test_what_is_wrong_with_an_answer_is_said_in_peoples_words(course):
    submissions = {student: course.answered(double=source) for student, (source, _) in IN_THE_ANSWER.items()}
    submissions["second_try"] = Desk(submissions["second_try"]).below("test_double", DOUBLE).notebook
    outcomes = graded(course, submissions)
    for student, (_, words) in IN_THE_ANSWER.items():
        tables = [cell.outputs for cell in course.graded(student).cells if "test_double" in str(cell.metadata)]
        assert words in str(tables), student
        assert outcomes[student].scores["double"] == (1.0 if student == "second_try" else 0.0), student
        assert outcomes[student].scores["shares"] == 4.0, student


MARKS = [
    f"{comment} {which} {what}"
    for comment in ("###", "#", "##")
    for which in ("BEGIN", "END")
    for what in ("HIDDEN TESTS", "SOLUTION", "MARK SCHEME")
]


def test_the_instructors_marks_in_a_learners_cells_cost_no_page(course):
    submissions = {f"mark_{number}": above(f"{mark}\nx = 1")(course) for number, mark in enumerate(MARKS)}
    inside = DOUBLE.replace("    return", "    ### BEGIN HIDDEN TESTS\n    return")
    submissions["in_the_answer"] = course.answered(double=inside)
    words = Desk(course.answered())
    words.cells.append(new_markdown_cell("### BEGIN HIDDEN TESTS\nmy text"))
    submissions["in_words"] = words.notebook
    submissions["in_the_output"] = above("print('### BEGIN HIDDEN TESTS')")(course)
    outcomes = graded(course, submissions)
    course.generate_feedback()
    all_full(outcomes)
    assert all(course.feedback_page(student).is_file() for student in submissions)
    assert "my text" in course.feedback_page("in_words").read_text()


def test_time_that_own_cells_use_up_leaves_the_rest_to_a_person(course):
    config = "c.NBJudge.cell_seconds = 3\nc.NBJudge.submission_seconds = 8\n"
    course.write("nbgrader_config.py", course.config + config)
    slow = Desk(course.answered()).above("quadruple", *["while True:\n    pass"] * 4).notebook
    outcome = graded(course, {"slow": slow})["slow"]
    assert outcome.scores == {"double": 3.0, "quadruple": None, "shares": None}
    assert outcome.needs_person and "time for this notebook was used up" in outcome.comment


def test_much_output_is_cut_off_and_said(course):
    much = 'print("x" * 9_000_000)\nprint("more of it")'
    many = "from IPython.display import display\nfor i in range(300):\n    display(i)"
    submissions = {
        "much": Desk(course.answered()).above("double", much, "print('and later')").notebook,
        "many": Desk(course.answered()).above("double", many, "print('and later')").notebook,
        "often": Desk(course.answered()).above("double", *['print("x" * 900_000)'] * 12, "print('and later')").notebook,
        "lines": Desk(course.answered()).above("double", "for i in range(200):\n    print(i)").notebook,
    }
    all_full(graded(course, submissions))
    for student in ("much", "many", "often"):
        text = json.dumps(course.graded(student))
        assert ("was dropped" in text or "were dropped" in text) and len(text) < 10 << 20, student
        assert "and later" in text.replace("print('and later')", "") or student == "often", student
    assert "199" in json.dumps(course.graded("lines"))


def test_written_answers_keep_their_pictures(course):
    desk = Desk(course.answered())
    cell = new_markdown_cell("![p](attachment:p.png)")
    cell["attachments"] = {"p.png": {"image/png": "iVBORw0KGgo="}}
    desk.cells.append(cell)
    graded(course, {"ann": desk.notebook})
    course.generate_feedback()
    assert "data:image/png;base64,iVBORw0KGgo=" in course.feedback_page("ann").read_text()
    assert "attachments" in json.dumps(course.graded("ann"))


def test_settings_of_own_cells_are_put_back_after_judging(course):
    desk = Desk(course.answered()).above("double", "torch.set_default_dtype(torch.float64)\nnp.seterr(all='raise')")
    desk.below("test_double", "print('kept', torch.ones(1).dtype, np.geterr()['divide'])")
    all_full(graded(course, {"ann": desk.notebook}))
    assert "kept torch.float64 raise" in json.dumps(course.graded("ann"))


# -- the same score, always --------------------------------------------------------------------------------------------

ODD = {
    "exit": lambda course: _both_sides(course, "exit()"),
    "shutdown": lambda course: _both_sides(course, ENDS["shutdown"]),
    "dies": lambda course: _both_sides(course, "import os\nos._exit(0)"),
    "wrong_and_dies": lambda course: course.answered(double="def double(x):\n    import os\n    os._exit(0)"),
}
TIMES = 10


def test_the_same_submission_gets_the_same_score_on_a_busy_machine(course):
    made = {f"{name}_{number}": make(course) for name, make in ODD.items() for number in range(TIMES)}
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        outcomes = graded(course, made)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    for name in ODD:
        scores = {tuple(outcomes[f"{name}_{number}"].scores.values()) for number in range(TIMES)}
        assert scores == {(0.0 if name == "wrong_and_dies" else 3.0, 4.0, 4.0)}, name
