"""Attacks on the verdict: on whoever compares, on what travels, and on what is displayed."""

from __future__ import annotations

from .attack import Attack, beside_wrong, body

CALLS_SOFTMAX = "def shares(x):\n    return torch.softmax(x, -1)\n"


def hiding(name: str, tries: str, code: str) -> Attack:
    """A forbidden call, hidden; without the attack it costs the point of one check."""
    return Attack(name, "own", tries, {"shares": code}, {"shares": CALLS_SOFTMAX})


ATTACKS = [
    beside_wrong(
        "strips_asserts",
        "A1",
        "removes every assert by an AST transformer of IPython",
        """
        import ast

        class Strip(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.copy_location(ast.Pass(), node)

        get_ipython().ast_transformers.append(Strip())
    """,
    ),
    beside_wrong(
        "lying_kernel",
        "A2",
        "replaces the kernel's do_execute, which answers 'ok' to everything",
        """
        async def always_ok(*args, **kwargs):
            get_ipython().kernel.send_response(
                get_ipython().kernel.iopub_socket, "execute_result",
                {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1})
            return {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}

        get_ipython().kernel.do_execute = always_ok
    """,
    ),
    beside_wrong(
        "hides_tracebacks",
        "A3",
        "replaces showtraceback by a function that does nothing",
        """
        get_ipython().showtraceback = get_ipython()._showtraceback = lambda *args, **kwargs: None
        get_ipython().set_custom_exc((BaseException,), lambda *args, **kwargs: None)
    """,
    ),
    beside_wrong(
        "patches_pytest",
        "A4",
        "patches pytest's CallInfo, TestReport and runner",
        """
        import _pytest.reports, _pytest.runner

        _pytest.runner.CallInfo.from_call = classmethod(
            lambda cls, func, when, reraise=None: cls(None, None, 0, 0, 0, when, _ispytest=True))
        _pytest.reports.TestReport.outcome = "passed"
        _pytest.runner.runtestprotocol = lambda *args, **kwargs: []
    """,
    ),
    beside_wrong(
        "patches_judge",
        "A4",
        "patches every class and function of the judge's modules",
        """
        import importlib

        judging = ("judging.verdict", "judging.judge", "judging.recognise", "conversation.standin")
        for name in (*judging, "checks.vocabulary", "checks.runner", "autograde.save", "autograde.execute"):
            try:
                module = importlib.import_module("nbjudge." + name)
            except Exception:
                continue
            for key, value in list(vars(module).items()):
                if callable(value):
                    setattr(module, key, lambda *args, **kwargs: True)
    """,
    ),
    body("skips", "A5", "raises unittest.SkipTest", "import unittest\nraise unittest.SkipTest('not today')"),
    body(
        "exits_pytest", "A5", "raises pytest.exit with status 0", "import pytest\npytest.exit('passed', returncode=0)"
    ),
    beside_wrong(
        "exits_at_the_end",
        "A6",
        "ends the process with status 0 by atexit",
        """
        import atexit, os

        atexit.register(os._exit, 0)
        raise SystemExit(0)
    """,
    ),
    beside_wrong(
        "hijacks_imports",
        "A8",
        "puts modules of its own in the place of torch, numpy and the judge's",
        """
        import sys, types

        class Agreeable(types.ModuleType):
            def __getattr__(self, name):
                return lambda *args, **kwargs: True

        class Finder:
            @staticmethod
            def find_spec(name, path=None, target=None):
                breach_of_import = name
                return None

        sys.meta_path.insert(0, Finder)
        for name in ("attnkit", "given_package", "nbjudge", "nbjudge.checks.vocabulary", "pytest", "safetensors"):
            sys.modules[name] = Agreeable(name)
    """,
    ),
    beside_wrong(
        "equal_to_everything",
        "A8",
        "patches torch.equal, numpy.allclose and their kin",
        """
        for module in (np, torch, np.testing, torch.testing):
            for name in ("equal", "allclose", "array_equal", "isclose", "assert_allclose", "assert_close"):
                if hasattr(module, name):
                    setattr(module, name, lambda *args, **kwargs: True)
    """,
    ),
    body(
        "lying_float",
        "A9",
        "returns a float that equals everything",
        """
        class Liar(float):
            __eq__ = lambda self, other: True
            __ne__ = __lt__ = __gt__ = lambda self, other: False
            __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0
            __hash__ = float.__hash__

        return Liar(3)
    """,
    ),
    body(
        "lying_array",
        "A9",
        "returns an ndarray that answers every function with agreement",
        """
        class Liar(np.ndarray):
            __array_ufunc__ = lambda self, *args, **kwargs: True
            __array_function__ = lambda self, *args, **kwargs: True
            __eq__ = lambda self, other: np.ones(self.shape, bool)
            shape = property(lambda self: x.shape)

        return wrong.view(Liar)
    """,
    ),
    Attack(
        "lying_tensor",
        "A9",
        "returns a Tensor whose __torch_function__ agrees to everything",
        {
            "shares": """
class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function in (torch.Tensor.detach, torch.Tensor.clone):
            return super().__torch_function__(function, types, args, kwargs or {})
        return torch.ones(3, 4, dtype=torch.bool)

def shares(x):
    return (x + 1).as_subclass(Liar)
"""
        },
        {"shares": "def shares(x):\n    return x + 1\n"},
    ),
    body("empty", "A10", "returns an empty array, of which every statement is true", "return wrong[:0]"),
    body("nan_everywhere", "A10", "returns NaN, which compares with nothing", "return wrong * np.nan"),
    body("other_dtype", "A10", "returns booleans", "return wrong.astype(bool)"),
    body(
        "a_trillion_entries",
        "A10",
        "returns 10^12 entries that take no memory",
        """
        return torch.zeros(1, dtype=torch.float64).expand(10**12)
    """,
    ),
    body("input_changed", "A11", "changes the input in place and returns it", "x += 2\nreturn x"),
    beside_wrong(
        "stops_the_clock",
        "A11",
        "patches the clocks",
        """
        import time

        for name in ("time", "monotonic", "perf_counter", "process_time"):
            setattr(time, name, lambda: 0.0)
    """,
    ),
    body(
        "shows_a_score",
        "A19",
        "prints and displays a score, then fails",
        """
        print("3.0")
        get_ipython().displayhook(3.0)
        from IPython.display import display
        display({"text/plain": "3.0"}, raw=True)
        raise ValueError("3.0")
    """,
    ),
    body(
        "pickle",
        "A20",
        "returns an object whose unpickling runs code",
        """
        class Bomb:
            def __reduce__(self):
                import os
                return os.system, ("touch @ROOT@/pickled-@TOKEN@",)

        return Bomb()
    """,
    ),
    body(
        "pickled_array",
        "A20",
        "returns an array of such objects",
        """
        class Bomb:
            def __reduce__(self):
                import os
                return os.system, ("touch @ROOT@/pickled-@TOKEN@",)

        return np.array([Bomb()] * 12, dtype=object).reshape(3, 4)
    """,
    ),
    body(
        "judges_itself",
        "own",
        "returns what a verdict would say",
        """
        return {"passed": True, "score": 3, "ok": True, "expected": "", "seen": ""}
    """,
    ),
    body(
        "recognises_inputs",
        "own",
        "draws the hidden inputs again from their seeds, and looks for the answers",
        """
        import gc, zlib
        for name in ("test_values", "test_untouched"):
            drawn = np.random.default_rng(zlib.crc32(name.encode())).standard_normal((3, 4))
            if drawn.shape == x.shape and np.array_equal(drawn, x):
                for found in gc.get_objects():
                    if isinstance(found, np.ndarray) and found.shape == x.shape and found is not x and found is not drawn:
                        if not np.array_equal(found, x) and not np.array_equal(found, wrong):
                            return found
        return wrong
    """,
    ),
    beside_wrong(
        "memorises",
        "own",
        "keeps every array that it has seen, and answers with a later one",
        """
        memory = []

        def double(x):
            memory.append(x)
            return memory[-2] if len(memory) > 1 and memory[-2].shape == x.shape else x + 2
    """,
    ),
    beside_wrong(
        "right_when_watched",
        "own",
        "answers rightly only when it is called from a visible cell",
        """
        import sys

        def double(x):
            frame = sys._getframe()
            while frame is not None:
                if "nbjudge" in frame.f_code.co_filename:
                    return x + 2
                frame = frame.f_back
            return 2 * x
    """,
    ),
    hiding(
        "tries_twice",
        "catches the judge's objection, and makes the forbidden call again",
        """
name = "soft" + "max"

def shares(x):
    try:
        getattr(torch, name)(x, -1)
    except BaseException:
        pass
    return getattr(torch, name)(x, -1)
""",
    ),
    hiding(
        "another_thread",
        "makes the forbidden call in a thread, which a profile hook does not follow",
        """
import threading

def shares(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(getattr(torch, "soft" + "max")(x, -1)))
    thread.start()
    thread.join()
    return found[0]
""",
    ),
    hiding(
        "raw_thread",
        "the same by the module below threading",
        """
import _thread, time

def shares(x):
    found = []
    _thread.start_new_thread(lambda: found.append(getattr(torch, "soft" + "max")(x, -1)), ())
    while not found:
        time.sleep(0.001)
    return found[0]
""",
    ),
    hiding(
        "borrowed_name",
        "makes the forbidden call in a module that calls itself one of the given parts",
        """
import types

borrowed = types.ModuleType("given_package")
exec("def shares(x):\\n    return getattr(torch, 'soft' + 'max')(x, -1)", {**vars(borrowed), "torch": torch})
space = {"__name__": "given_package", "torch": torch}
exec("def shares(x):\\n    return getattr(torch, 'soft' + 'max')(x, -1)", space)
shares = space["shares"]
""",
    ),
    hiding(
        "unwatched",
        "switches the judge's profile hook off first",
        """
import sys

def shares(x):
    getattr(sys, "setprofile")(None)
    return getattr(torch, "soft" + "max")(x, -1)
""",
    ),
    hiding(
        "executed_text",
        "makes the forbidden call in a text that it executes",
        """
def shares(x):
    space = {"x": x}
    exec("import torch; y = torch.soft" + "max(x, -1)", space)
    return space["y"]
""",
    ),
    hiding(
        "other_name",
        "binds the forbidden function to another name",
        """
import torch.nn.functional as F
normalise = vars(F)["soft" + "max"]

def shares(x):
    return normalise(x, dim=-1)
""",
    ),
    hiding(
        "deep_expression",
        "hides the call in a cell that is nested too deeply to be read as text",
        """
def shares(x):
    return torch.softmax(x, -1)

n = 1"""
        + " + 1" * 2900
        + "\n",
    ),
    hiding(
        "unreadable_line",
        "hides the call in a cell that only IPython can read",
        """
def shares(x):
    return torch.softmax(x, -1)

listing = !echo
""",
    ),
]
