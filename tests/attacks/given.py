"""Attacks on what is given: the course's own working versions of the exercises, which lie beside the learner's code."""

from __future__ import annotations

from textwrap import indent

from .attack import BREACH, Attack
from .course import WRONG

PRELUDE = """
import importlib, inspect, os, sys, types
import given_package

"""


def stealing(name: str, tries: str, code: str) -> Attack:
    """`code` is the body of `steal(exercise)`, which returns a given version of it, or raises."""
    body = indent(code.strip("\n"), "    ")
    steal = f"""{BREACH}{PRELUDE}def steal(exercise):
{body}

def one(exercise, otherwise):
    try:
        found = steal(exercise)
    except Exception:
        return otherwise
    def answer(x):
        try:
            return found(x)
        except Exception:
            return otherwise(x)
    return answer

"""
    wrong = "def wrong(x):\n    return x + 2\n\n"
    answers = {
        "double": f"{steal}{wrong}double = one('double', wrong)\n",
        "shares": f"{steal}{wrong}shares = one('shares', wrong)\n",
    }
    return Attack(name, "B4", tries, answers, {"double": WRONG, "shares": "def shares(x):\n    return x + 2\n"})


ATTACKS = [
    stealing("given_itself", "hands in the given one", "return getattr(given_package, exercise)"),
    stealing(
        "given_source",
        "executes the source of the given one under another name",
        """
from given_package import _exercises
space = {"ZERO": 0, "torch": torch}
for given in (_exercises, getattr(given_package, exercise)):
    exec(inspect.getsource(given), space)
return space[exercise]
""",
    ),
    stealing(
        "given_files",
        "reads every file below and beside the given package, whatever it is called",
        """
import ast
folder = os.path.dirname(given_package.__file__)
for top in (folder, os.path.dirname(folder)):
    for root, _, files in os.walk(top):
        for file in files:
            with open(os.path.join(root, file), errors="ignore") as opened:
                text = opened.read()
            if f"def {exercise}(" in text:
                space = {"ZERO": 0}
                exec(text, space)
                return space[exercise]
raise LookupError
""",
    ),
    stealing(
        "given_bytecode",
        "loads the compiled given package, from wherever compiled files lie",
        """
import marshal
places = [os.path.dirname(given_package.__file__), *sys.path, *map(os.path.dirname, sys.path), os.getcwd()]
for place in places:
    for root, folders, files in os.walk(place):
        folders[:] = [name for name in folders if name in ("given_package", "__pycache__", "_exercises")]
        for file in files:
            if file.endswith(".pyc") and ("given" in root or "given" in file):
                with open(os.path.join(root, file), "rb") as opened:
                    space = {"__package__": "given_package", "__name__": "given_package.again"}
                    exec(marshal.loads(opened.read()[16:]), space)
                if inspect.isfunction(space.get(exercise)):
                    return space[exercise]
raise LookupError
""",
    ),
    stealing(
        "given_by_another_name",
        "loads the given modules again, under names of its own",
        """
import importlib.util
folder = os.path.dirname(given_package.__file__)
for number, file in enumerate(sorted(os.listdir(folder))):
    spec = importlib.util.spec_from_file_location(f"given_package.mine{number}", os.path.join(folder, file))
    if spec is None:
        continue
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = vars(module).get(exercise)
    if inspect.isfunction(found):
        return found
raise LookupError
""",
    ),
    stealing(
        "given_code_object",
        "makes a function of the given one's code object, with another name",
        """
code = getattr(given_package, exercise).__code__
return types.FunctionType(code.replace(co_name="mine", co_filename="mine"), {"ZERO": 0, "torch": torch})
""",
    ),
    stealing(
        "given_in_the_heap",
        "looks through all objects of the process for code and functions called like the exercise",
        """
import gc
gc.unfreeze()
for found in gc.get_objects():
    for thing in (found, *(found.values() if isinstance(found, dict) else ())):
        code = thing if isinstance(thing, types.CodeType) else getattr(thing, "__code__", None)
        if isinstance(code, types.CodeType) and code.co_name == exercise and "given" in code.co_filename:
            return types.FunctionType(code, {"ZERO": 0, "torch": torch})
raise LookupError
""",
    ),
    stealing(
        "given_in_memory",
        "reads the memory of the process, and all files that are mapped into it, for the given one's text",
        """
import re
wanted = re.compile(f"the[ ]given[ ]version[ ]of[ ]{exercise}".encode())  # which does not find itself
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        start, end, flags = re.match(r"(\\w+)-(\\w+) (\\S+)", line).groups()
        path = line.split(maxsplit=5)[5:]
        if path and "given" in path[0]:
            breach(path[0])
        if flags.startswith("rw"):
            memory.seek(int(start, 16))
            data = memory.read(int(end, 16) - int(start, 16))
            if wanted.search(data):
                breach("the text is in memory")
                return lambda x: 2 * x if exercise == "double" else x.softmax(-1)
raise LookupError
""",
    ),
    stealing(
        "given_stand_in",
        "takes what stands in the place of the given one to pieces",
        """
stand_in = getattr(given_package, exercise)
for value in vars(stand_in).values():
    if callable(value):
        return value
class Mine(stand_in):
    pass
return Mine
""",
    ),
    stealing(
        "given_asked_for",
        "asks for the part as the judge does",
        """
from nbjudge.conversation.inside import reach
reach.give("given_package", [exercise])
found = getattr(given_package, exercise)
found(torch.ones(1))
return found
""",
    ),
    stealing(
        "given_later",
        "calls a part of a later lesson, and what that is built on",
        """
from given_package import _later
if exercise == "double":
    return lambda x: given_package.halve(4 * x)
return _later.Quadrupled()
""",
    ),
    stealing(
        "given_wrapped",
        "wraps later parts, by name, in a class and in a table",
        """
class Wrapped:
    def __init__(self, name):
        self.part = {name: getattr(given_package, name) for name in given_package.__all__}[name]
    def __call__(self, x):
        return self.part(4 * x)
return Wrapped("halve") if exercise == "double" else Wrapped("shares")
""",
    ),
]
