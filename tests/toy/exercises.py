"""The exercises of the toy course: what stands in their cells, their checks, and samples of what people hand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import indent


@dataclass(frozen=True)
class Exercise:
    """One exercise. `mistakes` and `alternatives` are files by name."""

    points: float
    head: str
    body: str
    checks: str
    mistakes: dict[str, str] = field(default_factory=dict)
    alternatives: dict[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """What a learner writes who gets it right."""
        return f"{self.head}\n{indent(self.body, '    ')}\n"

    @property
    def solution(self) -> str:
        """The same, as it stands in the author's notebook."""
        marked = f"### BEGIN SOLUTION\n{self.body}\n### END SOLUTION"
        return f"{self.head}\n{indent(marked, '    ')}"


EXERCISES = {
    "double": Exercise(
        points=3.0,
        head="def double(x):",
        body="return 2 * x",
        checks="""
            from nbjudge import assert_close, assert_untouched, check


            @check(points=2, says="every entry is doubled")
            def test_values(student, reference, rng):
                x = rng.array(3, 1, 4)
                expected = reference(x)
                assert_close(student(x), expected)


            @check(points=1, says="the input stays as it was")
            def test_untouched(student, rng):
                x = rng.array(5)
                assert_untouched({"x": x}, lambda: student(x))
        """,
        mistakes={
            "adds_two": '"""You add 2, where you should multiply by 2."""\n\ndef double(x):\n    return x + 2\n',
            "in_place": '"""You change the input."""\n\ndef double(x):\n    x *= 2\n    return x\n',
        },
        alternatives={"by_adding": '"""x + x"""\n\ndef double(x):\n    return x + x\n'},
    ),
    "quadruple": Exercise(
        points=4.0,
        head="def quadruple(x):",
        body="return double(double(x))",
        checks="""
            from nbjudge import assert_close, check


            @check(points=4, says="every entry is multiplied by four")
            def test_values(student, reference, rng):
                x = rng.array(3, 4)
                assert_close(student(x), reference(x))
        """,
    ),
    "shares": Exercise(
        points=4.0,
        head="def shares(x):",
        body="e = (x - x.amax(-1, keepdim=True)).exp()\nreturn e / e.sum(-1, keepdim=True)",
        checks="""
            from nbjudge import assert_close, check


            @check(points=3, says="every row is positive, sums to 1, and its logarithm is the input up to a constant")
            def test_values(student, reference, rng):
                x = rng.normal(3, 4)
                assert_close(student(x), reference(x))


            @check(points=1, says="the definition is written out", forbids=["torch.softmax", "torch.nn.functional.softmax"])
            def test_written_out(student, rng):
                student(rng.normal(2, 5))
        """,
    ),
}
