"""Any course of nbgrader's, not only one laid out like the one of this repository: what stock nbgrader does, but safely."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbgrader
import pytest
from any_course import JUDGED, PLAIN, STOCK, AnyCourse, graded_by, solved, words

GUIDE = Path(nbgrader.__file__).parent / "docs/source/user_guide"  # what `nbgrader quickstart` copies
HIDDEN = "### BEGIN HIDDEN TESTS\nassert f(5) == 10\n### END HIDDEN TESTS"


def make_plain(root: Path, config: str) -> AnyCourse:
    """A course without one judge(...): asserts, values, autotests, what people grade, and a notebook that names no kernel."""
    course = AnyCourse(root, config)
    course.notebook(
        "alpha",
        solved("def f(x):", "return x * 2", "f"),
        graded_by(f"assert f(2) == 4\n{HIDDEN}", "test_f", 2),
        solved("def g(x):", "return x + 1", "g"),
        graded_by("score = 0\nif g(1) == 2:\n    score += 1\nif g(2) == 3:\n    score += 1.5\nscore", "test_g", 3),
        graded_by("### AUTOTEST f(3); g(3)\n### HASHED AUTOTEST f(7)", "test_auto", 1),
        solved("def h(x):", "return x", "h", grade=True, points=5),
        words("Write here.", "essay", grade=True, solution=True, points=4),
        words(
            "A task.\n=== BEGIN MARK SCHEME ===\nscheme\n=== END MARK SCHEME ===",
            "task",
            task=True,
            locked=True,
            points=6,
        ),
    )
    course.notebook(
        "beta", solved("def k(x):", "return x * 3", "k"), graded_by("assert k(2) == 6", "test_k", 2), metadata={}
    )
    course.write("autotests.yml", (GUIDE / "autotests.yml").read_text())
    return course


F, G, H, K = "def f(x):\n    return x * 2", "def g(x):\n    return x + 1", "h = 1", "def k(x):\n    return x * 3"
RIGHT = {"f": F, "g": G, "h": H, "essay": "My essay.", "k": K}
LOUD = "def g(x):\n    print('x' * 3_000_000)\n    return 2"
CLASS: dict[str, dict[str, str]] = {
    "right": RIGHT,
    "untouched": {},
    "wrong": {**RIGHT, "f": "def f(x):\n    return x + 2", "k": "def k(x):\n    return 0"},
    "half": {"f": F, "g": "def g(x):\n    return 2"},
    "half_and_loud": {"f": F, "g": LOUD},
    "warns": {
        "f": f"import sys\nprint('w', file=sys.stderr)\n{F}",
        "k": "import sys\ndef k(x):\n    print(6, file=sys.stderr)",
    },
    "shows_a_value": {"k": "def k(x):\n    get_ipython().displayhook(1)\n    return 6"},
    "hides_errors": {"f": "get_ipython().showtraceback = lambda *a, **k: None\ndef f(x):\n    return 0"},
}


@dataclass
class Both:
    stock: AnyCourse
    judged: AnyCourse
    released: str
    log: str


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The same course and class, graded by stock nbgrader and with the judge."""
    stock, judged = (
        make_plain(tmp_path_factory.mktemp(name), config) for name, config in (("stock", STOCK), ("judged", JUDGED))
    )
    logs = []
    for course in (stock, judged):
        logs.append(course.nbgrader("generate_assignment"))
        for student, answers in CLASS.items():
            course.answer(student, "alpha", **answers)
            course.answer(student, "beta", **answers)
        logs.append(course.nbgrader("autograde"))
    return Both(stock, judged, logs[2], logs[3])


def test_all_kinds_of_cells_are_scored_as_stock_nbgrader_scores_them(both):
    assert both.judged.rows() == both.stock.rows()
    assert both.judged.scored("half", "alpha", "test_g") == both.judged.scored("half_and_loud", "alpha", "test_g") == 1
    assert both.judged.scored("right", "alpha", "test_g") == 2.5


def test_plain_tests_are_marked_in_comment_and_log_and_told_of_when_released(both):
    stock = both.stock.notes()
    for (student, notebook, grade_id), note in both.judged.notes().items():
        expected = stock[student, notebook, grade_id]
        marked = [expected, PLAIN] if grade_id in ("f", "g", "k") else [expected]
        assert note == " ".join(filter(None, marked)), (student, grade_id)
    assert "right, test_g: 2.5 of 3, by plain tests in the learner's process" in both.log
    assert "alpha: the grading cells test_f, test_g, test_auto hold plain tests" in both.released
    assert "beta: the grading cells test_k hold plain tests" in both.released
