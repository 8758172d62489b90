"""What nbjudge promises to others: the names of `__all__`, which a course needs alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbjudge
import pytest

ROOT = Path(__file__).resolve().parents[2]
# A name that is added or taken away here changes what courses may rely on.
PUBLIC = [
    "Course",
    "CourseError",
    "Exercise",
    "InProcess",
    "Judge",
    "KernelStartError",
    "MachineError",
    "NBJudgeError",
    "Rng",
    "SandboxUnavailable",
    "UnreadableNotebook",
    "as_mathml",
    "assert_close",
    "assert_different",
    "assert_dropout_in_training_only",
    "assert_dropped",
    "assert_example",
    "assert_grad_mode_kept",
    "assert_no_stub",
    "assert_own_gradients",
    "assert_own_parameter_gradients",
    "assert_raises",
    "assert_same",
    "assert_same_gradients",
    "assert_same_in_both_modes",
    "assert_same_parameter_gradients",
    "assert_same_state",
    "assert_same_weights",
    "assert_separate",
    "assert_tensor",
    "assert_untouched",
    "audit",
    "check",
    "checks_of",
    "configure",
    "describe",
    "draw_weights",
    "expect",
    "gradients",
    "is_a",
    "judge",
    "judge_line",
    "load_weights",
    "pair",
    "plain_python",
    "random_weights",
    "reference_object",
    "right_cases",
    "twin",
    "unpack",
    "weights",
]
# Who uses nbjudge from outside; `tests/nbjudge` and `tests/attacks` try its inside.
OUTSIDE = (
    "nbgrader_config.py",
    "source/*/*.md",
    "tests/checks/*.py",
    "tests/course/**/*.py",
    "tests/artifacts/*.py",
    "tests/benchmarks/*.py",
    "benchmarks/*.py",
    "demo/*.py",
    "tools/*.py",
)
FILES = [path for pattern in OUTSIDE for path in sorted(ROOT.glob(pattern))]
_IMPORT = re.compile(r"^(?:from|import) nbjudge.*$", re.MULTILINE)


def test_all_is_what_is_promised():
    assert nbjudge.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_there_and_says_what_it_does(name):
    found = getattr(nbjudge, name)
    assert found.__doc__, f"{name} has no docstring"
    assert found.__module__.startswith("nbjudge."), f"{name} is not of nbjudge"


def test_no_other_name_is_there():
    with pytest.raises(AttributeError, match="has no attribute 'Mismatched'"):
        nbjudge.Mismatched  # noqa: B018 - to look is the test


def python_in(path: Path) -> str:
    """The code of a module; of a lesson in Markdown, the imports from nbjudge, which take one line each."""
    text = path.read_text(encoding="utf-8")
    return text if path.suffix == ".py" else "\n".join(_IMPORT.findall(text))


def used(tree: ast.AST) -> Iterator[str]:
    """What a module takes from nbjudge: names, and dotted paths where it reaches inside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "nbjudge":
            yield from (".".join([*node.module.split(".")[1:], alias.name]) for alias in node.names)
        elif isinstance(node, ast.Import):
            inside = (alias.name.partition(".") for alias in node.names)
            yield from (rest for package, _, rest in inside if package == "nbjudge" and rest)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "nbjudge":
            yield node.attr


@pytest.mark.parametrize("pattern", OUTSIDE)
def test_there_is_something_to_look_at(pattern):
    assert any(ROOT.glob(pattern))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whoever_uses_nbjudge_uses_public_names_alone(path):
    assert set(used(ast.parse(python_in(path)))) <= {*PUBLIC, "__version__"}


@pytest.mark.parametrize(
    "line",
    [
        "from nbjudge.judging.judge import Judge",
        "from nbjudge import kernels",
        "import nbjudge.course",
        "import nbjudge\n\nnbjudge.kernels",
    ],
)
def test_reaching_inside_is_seen(line):
    assert not set(used(ast.parse(line))) <= set(PUBLIC)
