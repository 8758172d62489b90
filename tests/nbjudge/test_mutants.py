"""Mutants of a solution, and how many of them the checks catch."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from nbjudge import Course, CourseError, Judge
from nbjudge.judging.mutants.mutant import mutants
from nbjudge.judging.mutants.score import Tried, mutation_score, workers

WEAK_CHECK = """
    import numpy as np
    from nbjudge import assert_close, check

    @check(points=3, says="two is doubled")
    def test_two(student, reference):
        assert_close(student(np.array([2.0])), np.array([4.0]))
"""
SURVIVORS = {"return 2 + x", "return 2 ** x", "return x.__imul__(2)"}  # what the weak check cannot tell
RECORDS = """
[[equivalent]]
where = "double"
was = "return 2 * x"
now = ["return 2 + x", "return 2 ** x", "return x.__imul__(2)"]
reason = "Two is the only number."
"""


def changed(*lines: str) -> set[str]:
    """What the lines of a function of x, y and z become, one change at a time."""
    body = "\n".join(f"    {line}" for line in lines)
    return {mutant.now for mutant in mutants(f"def f(x, y, z):\n{body}")}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("z = x + y", {"z = x - y", "z = x", "z = z + y", "x = x + y", "z = x.__iadd__(y)", "z = y.__iadd__(x)", ""}),
        ("z = x - y", {"z = x + y", "z = y - x", "z = x.__isub__(y)"}),
        ("z = x / y", {"z = x * y", "z = y / x", "z = x // y"}),
        ("z = x @ y", {"z = x * y", "z = y @ x"}),
        ("z = x & ~y", {"z = x | ~y", "z = x & y"}),
        ("z = x < y", {"z = x <= y", "z = x > y", "z = x == y"}),
        ("z = x is None", {"z = x is not None"}),
        ("z = x and not y", {"z = x or not y", "z = x", "z = not y", "z = x and y"}),
        ("z = 3", {"z = 4", "z = 2", "z = -3", "z = 0", "z = 1"}),
        ("z = -1", {"z = 0", "z = -2", "z = 1"}),
        ("z = 0.5", {"z = 1.5", "z = -0.5", "z = 0.0", "z = 5.0", "z = 0.05"}),
        ("z = True", {"z = False"}),
        ("z = None", {"z = False"}),
        ("z = ('relu', 'gelu')", {"z = ('', 'gelu')", "z = ('gelu', 'gelu')", "z = ('gelu', 'relu')", "z = ('relu',)"}),
        (
            "z = x.sum(dim=-1)",
            {f"z = x.sum(dim={axis})" for axis in (-2, 0, 1)} | {"z = x.sum()", "z = x.mean(dim=-1)"},
        ),
        ("z = x.transpose(-2, -1)", {"z = x", "z = x.transpose(-2, 0)", "z = x.transpose_(-2, -1)"}),
        ("z = x.detach().clone()", {"z = x.clone()", "z = x.detach()"}),
        ("z = x[0]", {"z = x", "z = x[-1]", "z = x[1]", "z = y[0]"}),
        ("z = x[:, :-1]", {"z = x[:, :]", "z = x[:-1, :]"}),
        ("z = f(x, y, key=z)", {"z = f(x, key=z)", "z = f(y, x, key=z)", "z = f(x, y)", "z = f(x, y, key=x)", "z = x"}),
        ("z = f(a=x, b=y)", {"z = f(a=y, b=x)", "z = f(b=y)"}),
        ("z = g(h(x))", {"z = h(h(x))", "z = g(x)", "z = h(x)"}),
        ("z = x if y else z", {"z = x", "z = z if y else x"}),
        ("z = {'a': x, 'b': y}", {"z = {'b': y}", "z = {'a': y, 'b': x}"}),
        ("z = [y for y in range(x)]", {"z = [y for y in range(x + 1)]", "z = [y for y in list(range(x))[:1]]"}),
        ("z = self.norm1(self.norm2(x))", {"z = self.norm2(self.norm2(x))", "z = self.norm2(x)"}),
        ("z = self.training", {"z = True", "z = False"}),
        ("z = -torch.inf", {"z = torch.inf", "z = -10000.0"}),
        ("self.a = self.b", {"self.b = self.b", "self.a = self.a"}),
        ("z += x", {"z = x", "z -= x"}),
        ("return x", {"return x.detach()", "return y", "return x.double()", "return x.squeeze()", ""}),
        ("return x, y", {"return (y, x)", "return x", "return y", "return (x.detach(), y)"}),
    ],
)
def test_a_line_becomes_what_people_mistake_it_for(line, wanted):
    assert wanted <= changed(line, "return")


@pytest.mark.parametrize(
    ("block", "wanted"),
    [
        ("if x:\n    y()\nelse:\n    z()", ["y()", "z()", "if not x:", "if x:\n    y()"]),
        ("while x:\n    y()", ["if x:"]),
        ("for y in x:\n    z()", ["for y in list(x)[:1]:", "for y in list(x)[-1:]:", "for y in list(x)[::-1]:"]),
        ("with torch.no_grad():\n    y()", ["y()"]),
        ("@torch.no_grad()\ndef g():\n    return 1", ["def g():\n    return 2", ""]),
        ("raise ValueError('no')", ["raise RuntimeError('no')", "z = 1"]),
    ],
)
def test_a_block_loses_what_it_is_for(block, wanted):
    sources = {mutant.source for mutant in mutants(f"x = y = z = 1\n{block}")}
    for text in wanted:
        assert any(text in source for source in sources)


def test_what_only_a_reader_reads_stays_as_it_is():
    source = dedent('''
        def f(x: Float["B 1"], size: int = 1) -> "a number":
            """Returns 1."""
            if size < 1:
                raise ValueError(f"size is 1 or more, not {size}")
            return x
    ''')
    made = mutants(source)
    assert made
    for mutant in made:
        assert "x: Float['B 1'], size: int=" in mutant.source
        assert "-> 'a number'" in mutant.source
        assert '"""Returns 1."""' in mutant.source
        assert "ValueError" not in mutant.source or "f'size is 1 or more, not {size}'" in mutant.source


def test_mutants_are_python_and_made_once():
    made = mutants("def f(x, n=1):\n    y = x + x\n    return y.sum(dim=0), y.sum(dim=0) * 1\n")
    sources = [mutant.source for mutant in made]
    assert len(sources) == len(set(sources)) > 20
    for source in sources:
        compile(source, "mutant", "exec")


def test_a_mutant_says_where_it_differs():
    [mutant] = [one for one in mutants("class A:\n    def f(self, x):\n        return x < 1") if "<=" in one.source]
    assert mutant.change == ("A.f", "return x < 1", "return x <= 1")


@pytest.fixture
def course(toy, monkeypatch) -> Course:
    monkeypatch.syspath_prepend(str(toy.root))
    return Course(toy.root)


def test_a_judge_stops_at_the_first_failure(course):
    judge = Judge(course)
    assert judge.first_failure("double", "def double(x):\n    x += 1\n    return x").name == "test_values"
    assert judge.first_failure("double", "def double(x):\n    return x + x") is None


def test_checks_that_are_strict_catch_every_mutant(course):
    heard = []
    with workers(course, 1) as failures:
        score = mutation_score(course.exercise("double"), failures, lambda *counts: heard.append(counts))
    assert score.holds
    assert score.caught == score.total > 10
    assert heard[-1] == (score.total, score.total)


def test_what_is_known_to_pass_is_given_more_time(toy, course):
    toy.write("tests/checks/test_double.py", dedent(WEAK_CHECK))
    toy.write("tests/mistakes/double/equivalent.toml", RECORDS)
    slow = "import time\n\ndef double(x):\n    time.sleep(1.5)\n    return 2 * x"
    toy.write("nbgrader_config.py", toy.config + "c.NBJudge.check_seconds = 1\n")
    with workers(course, 1) as failures:
        assert list(failures(course.exercise("double"), [Tried(slow), Tried(slow, passes=True)])) == ["test_two", None]
    asked = []
    mutation_score(course.exercise("double"), lambda _, tried: asked.extend(tried) or iter([None] * len(tried)))
    assert sum(one.passes for one in asked) == 1 + len(SURVIVORS)  # the reference, and those that are recorded


def failing(*lines: str):
    """A judge who catches the sources that hold one of the lines."""
    return lambda exercise, tried: iter(
        "test_values" if any(line in one.source for line in lines) else None for one in tried
    )


def test_survivors_are_excused_by_records_that_hold(toy, course):
    exercise = course.exercise("double")
    bare = mutation_score(exercise, failing("return 2 ** x"))
    assert (bare.caught, len(bare.survivors), bare.equivalent) == (1, bare.total - 1, [])
    toy.write("tests/mistakes/double/equivalent.toml", RECORDS.replace("return x.__imul__(2)", "return 7 * x"))
    score = mutation_score(exercise, failing("return 2 ** x"))
    assert [record.now for record in score.equivalent] == ["return 2 + x"]
    assert {record.now: why for record, why in score.stale.items()} == {
        "return 2 ** x": "the checks catch it",
        "return 7 * x": "there is no such mutant",
    }
    assert len(score.survivors) == len(bare.survivors) - 1
    assert not score.holds


def test_a_reference_that_fails_and_records_without_a_reason_are_refused(toy, course):
    with pytest.raises(CourseError, match="its own solution fails test_values"):
        mutation_score(course.exercise("double"), failing("return 2 * x"))
    toy.write("tests/mistakes/double/equivalent.toml", RECORDS.replace("reason", "season"))
    with pytest.raises(CourseError, match=r"equivalent\.toml.*reason"):
        mutation_score(course.exercise("double"), failing())


def test_the_command_lists_survivors_until_they_are_recorded(toy):
    command = ("nbjudge.cli", "audit", "--mutants", "double", "-j", "2")
    toy.write("tests/checks/test_double.py", dedent(WEAK_CHECK))
    done = toy.run(*command, ok=False)
    assert done.returncode == 1
    assert "double: double\n-return 2 * x\n+return 2 + x\n" in done.stdout
    toy.write("tests/mistakes/double/equivalent.toml", RECORDS)
    [score] = json.loads(toy.run(*command, "--json", ok=True).stdout)
    assert {record["now"] for record in score["equivalent"]} == SURVIVORS
    assert (score["survivors"], score["stale"]) == ([], [])
    assert score["total"] == score["caught"] + len(SURVIVORS)
    assert toy.run("nbjudge.cli", "audit", "--mutants", "triple", ok=False).returncode == 2
