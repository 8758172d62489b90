"""Reading an answer: what defines it, and what that calls, is read; what stands beside it is not."""

from __future__ import annotations

import pytest
from nbjudge.answer_text import AnswerText

GIVEN = ["import torch\nimport torch.nn.functional as F\nfrom torch import nn\nfrom attnkit import parts"]
FORBIDS = ("torch.softmax", "torch.nn.functional.softmax", "torch.nn.LayerNorm", "attnkit.parts.gelu")

NAMED = {
    "by a name of a locked cell": ("f", "def f(x):\n    return F.softmax(x)"),
    "by the name of its package": ("f", "def f(x):\n    return torch.nn.functional.softmax(x)"),
    "as the base of something longer": ("f", "def f(x):\n    return parts.gelu.__wrapped__(x)"),
    "in a helper below": ("f", "def f(x):\n    return helper(x)", "helper = lambda x: torch.softmax(x)"),
    "in a class": ("M", "class M(nn.Module):\n    def __init__(self):\n        self.norm = nn.LayerNorm(4)"),
    "as a base class": ("M", "class M(nn.LayerNorm):\n    pass"),
    "as a decorator": ("f", "@torch.softmax\ndef f(x):\n    return x"),
    "as a default, of a name that is bound anew": (
        "f",
        "base = torch.softmax\ndef f(x, b=base):\n    return b(x)\nbase = None",
    ),
    "in what the last version is made of": ("f", "def f(x):\n    return torch.softmax(x)", "f = torch.compile(f)"),
    "as a method, from outside": ("M", "class M(nn.Module):\n    pass", "M.forward = F.softmax"),
    "by an import in the function": (
        "f",
        "def f(x):\n    from torch.nn import functional as G\n    return G.softmax(x)",
    ),
    "by a star": ("f", "from torch.nn.functional import *\nf = lambda x: softmax(x)"),
    "by another name for the package": ("f", "mine = torch.nn\nf = lambda x: mine.functional.softmax(x)"),
    "in a table": ("f", "table = {}\ntable['x'] = torch.softmax\ndef f():\n    return table['x'](3)"),
    "in a list": ("f", "several = []\nseveral.append(torch.softmax)\ndef f():\n    return several[0](3)"),
    "beside a comprehension's own name": ("f", "def f(x):\n    return [F for F in ()] or F.softmax(x)"),
    "by a global name": ("f", "def f(x):\n    global F\n    F = F\n    return F.softmax(x)"),
    "in a branch": ("f", "if True:\n    def f(x):\n        return torch.softmax(x)"),
    "of several names": ("(f, g)", "def f():\n    pass", "def g():\n    return [parts.gelu(x) for x in y]"),
}
NOT_NAMED = {
    "compared with in a cell beside it": ("f", "def f(x):\n    return 1", "print(F.softmax(x))"),
    "what it is compared with has a name": ("f", "def f(x):\n    return 1", "expected = F.softmax(x)"),
    "the name is a parameter": ("f", "def f(x, F):\n    return F.softmax(x)"),
    "the name is a variable of its own": ("f", "def f(x):\n    F = mine\n    return F.softmax(x)"),
    "an earlier version": ("f", "def f(x):\n    return torch.softmax(x)", "def f(x):\n    return 1"),
    "imported only": ("f", "from torch import softmax\ndef f(x):\n    return 1"),
    "another name": ("f", "def f(x):\n    return F.softmax_of_mine(x)"),
    "no Python": ("f", "def f(x:\n    return F.softmax(x)"),
}


@pytest.mark.parametrize("case", NAMED)
def test_it_is_named(case):
    expression, *cells = NAMED[case]
    assert AnswerText(expression, cells, GIVEN).forbidden(FORBIDS) in FORBIDS


@pytest.mark.parametrize("case", NOT_NAMED)
def test_it_is_not_named(case):
    expression, *cells = NOT_NAMED[case]
    assert AnswerText(expression, cells, GIVEN).forbidden(FORBIDS) is None


def test_what_the_instructors_cells_do_is_not_the_learners():
    given = [*GIVEN, "def show(f):\n    return F.softmax(f(1))"]
    assert AnswerText("f", ["def f(x):\n    return show(x)"], given).forbidden(FORBIDS) is None


def test_an_earlier_answer_that_is_replaced_is_not_read():
    cells = ["def g(x):\n    return F.softmax(x)", "def f(x):\n    return g(x)"]
    assert AnswerText("f", cells, GIVEN).forbidden(FORBIDS) == "torch.nn.functional.softmax"
    assert AnswerText("f", cells, GIVEN, ["g"]).forbidden(FORBIDS) is None


def test_cells_of_a_hostile_shape_are_read_in_no_time():
    chain = "a0 = torch.softmax\n" + "".join(f"a{i + 1} = a{i}\n" for i in range(3000))
    assert AnswerText("a3000", [chain], GIVEN).forbidden(FORBIDS) == "torch.softmax"
    deep = "def f(x):\n    return F.softmax(x" + ".a" * 900 + ")"
    assert AnswerText("f", [deep], GIVEN).forbidden(FORBIDS) == "torch.nn.functional.softmax"
