"""The given module without some of its names: what remains, what goes, and what comes back."""

from __future__ import annotations

import importlib
import sys
from textwrap import dedent

import pytest
from nbjudge import CourseError
from nbjudge.conversation.inside import reach
from nbjudge.conversation.inside.watch import WatchedCall
from nbjudge.given import Given

PACKAGE = {
    "__init__.py": """
        '''What is given.'''
        from ._one import first, VERSION as version
        from ._two import *
        from . import _three
        from ._three import Third as Last
        import math as m

        __all__ = ["first", "second", "Last", "free", "version", "fourth"]

        def free(x):
            return m.sqrt(x)

        def fourth(x):
            from ._one import first
            return _three.Third(first(x)).value
    """,
    "_one.py": """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        import functools, json
        if TYPE_CHECKING:
            from ._three import Third
        try:
            import numpy as np
        except ImportError:
            np = None

        VERSION = "1"
        TABLE = {"first": lambda x: _doubled(x)}
        TABLE["half"] = lambda x: x / 2
        first = None

        @functools.lru_cache
        def _doubled(x: Third | int):
            "doubles"
            return 2 * x

        def first(x):
            return TABLE["first"](x)

        first.__doc__ = json.dumps("one")
    """,
    "_two.py": """
        from ._one import first as _once

        def second(x):
            return _once(_once(x))

        def _hidden():
            return second(1)
    """,
    "_three.py": """
        from . import _two
        from ._one import VERSION

        class Third:
            version = VERSION
            def __init__(self, x):
                self.value = _two.second(x) + x
    """,
    "notes.py~": "def first(x): return 2 * x",
}
ORDER = ["first", "second", "Last", "fourth"]
WORKS = {
    "first": lambda p: p.first(3) == 6,
    "second": lambda p: p.second(3) == 12,
    "Last": lambda p: p.Last(3).value == 15,
    "fourth": lambda p: p.fourth(1) == 10,
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a package importable, and forgets it afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        importlib.invalidate_caches()

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "givenone"]:
        del sys.modules[name]


@pytest.fixture
def given(package) -> Given:
    package({f"givenone/{name}": text for name, text in PACKAGE.items()})
    return Given.find("givenone")


def imported(package, given: Given, hidden) -> object:
    """The package as a kernel would see it."""
    package(dict(given.cover(hidden).files))
    return importlib.import_module("givenone")


def test_names_are_those_that_others_may_import(given):
    assert given.names >= {"first", "second", "Last", "free", "version", "fourth"}
    assert not [name for name in given.names if name.startswith("__")]


@pytest.mark.parametrize("judged", range(len(ORDER) + 1))
def test_what_is_hidden_is_gone_and_all_else_works(package, given, judged):
    parts = imported(package, given, ORDER[judged:])
    assert parts.free(4) == 2 and parts.version == "1"
    for name in ORDER[:judged]:
        assert WORKS[name](parts), name
    for name in ORDER[judged:]:
        with pytest.raises(WatchedCall) as caught:
            WORKS[name](parts)
        assert caught.value.name == f"givenone.{name}"
        assert "out of reach" in str(caught.value)


def test_nothing_of_what_is_hidden_is_in_the_text(given):
    text = "".join(text for _, text in given.cover(ORDER).files)
    for left in ("2 * x", "_doubled", "_once", "Third", "self.value", "half"):
        assert left not in text
    assert "What is given." in text and "notes.py~" not in dict(given.cover(ORDER).files)


def test_what_a_branch_needs_comes_with_it(given):
    text = dict(given.cover(["second", "Last", "fourth"]).files)["givenone/_one.py"]
    assert "TABLE['half']" in text and "first.__doc__" in text and "from __future__" in text
    assert "np" not in text  # nobody asks for it


def test_parts_come_back_one_by_one(package, given):
    parts = imported(package, given, ORDER)
    early = dict(vars(parts))  # as a learner imports everything, in the first cell
    for judged, name in enumerate(ORDER):
        added = given.added(ORDER[judged:], ORDER[judged + 1 :])
        assert added[-1][0] == "givenone"
        reach.add(added)
        assert WORKS[name](parts)
        later = ORDER[judged + 1 :]
        assert [one for one in ORDER if isinstance(vars(parts)[one], reach.OutOfReach)] == later
    assert early["first"](3) == 6 and early["Last"](3).value == 15
    assert isinstance(parts.Last(3), early["Last"]) and not isinstance(3, early["Last"])

    class Mine(early["Last"]):
        pass

    assert Mine(3).value == 15 and Mine.__mro__[1] is parts.Last


def test_what_is_built_on_something_hidden_is_hidden_too_and_said(package, given):
    assert given.out_of_reach(["second"]) == dict.fromkeys(["second", "Last", "fourth"], frozenset({"second"}))
    parts = imported(package, given, ["second"])
    assert parts.first(1) == 2
    with pytest.raises(WatchedCall):
        parts.Last(1)


def test_a_single_file(package):
    package({"givenone.py": "LIMIT = 3\n\ndef one(x):\n    return x + 1\n\ndef two(x):\n    return one(x) + LIMIT\n"})
    given = Given.find("givenone")
    ((name, text),) = given.cover(["one", "two"]).files
    assert name == "givenone.py" and "LIMIT = 3" in text and "return" not in text
    assert given.added(["one", "two"], ["two"]) == [("givenone", "def one(x):\n    return x + 1")]


def test_what_cannot_be_read_is_refused(package):
    package({"givenone.py": "def one(:\n"})
    with pytest.raises(CourseError, match="not Python"):
        Given.find("givenone")
    package({"givenone.py": "def __getattr__(name):\n    return print\n"})
    with pytest.raises(CourseError, match="__getattr__"):
        Given.find("givenone")
    with pytest.raises(CourseError, match="there is no module"):
        Given.find("givenone_that_is_not")
    with pytest.raises(CourseError, match="no Python source"):
        Given.find("math")


def test_trusted_code_finds_names_out_of_reach_and_gets_them_back(package):
    package({"givenone.py": "def one(x):\n    return x + 1\n"})
    parts = importlib.import_module("givenone")
    reach.take("givenone", ["one", "missing"])
    with pytest.raises(WatchedCall):
        parts.one(1)
    with pytest.raises(WatchedCall):
        _ = parts.one.anything
    assert "one" in repr(parts.one) or callable(parts.one)
    reach.give("givenone", ["one"])
    assert parts.one(1) == 2 and not hasattr(parts, "missing")
