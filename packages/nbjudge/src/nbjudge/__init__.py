"""nbjudge: grade notebooks by pytest checks that the learner's code never meets.

What stands in `__all__` is what a course, its checks and its tools may rely on; all else is nbjudge's own.

- for nbgrader_config.py: `configure`;
- for the hidden line of a grading cell: `judge`;
- for check modules: `check`, the comparisons `assert_…` and `expect`, what torch modules are given (`pair`,
  `draw_weights`, `load_weights`, `random_weights`), which cases are worth asking about (`right_cases`), and what looks
  at objects on either side of the wire: `gradients`, `is_a`, `twin`, `weights`; the fixtures `student`, `reference`,
  `example`, `make`, `rng` and `artifacts` come by themselves;
- for a course's own tests and tools: `Course`, `Exercise`, `Judge`, `InProcess`, `audit`, `reference_object`,
  `checks_of`, and the errors, of which `NBJudgeError` is the root;
- for a course's own pages: `as_mathml`.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOMES = {
    "autograde.config": ("configure",),
    "autograde.formulas": ("as_mathml",),
    "checks.examples": ("assert_example",),
    "checks.modules": (
        "assert_dropout_in_training_only",
        "assert_dropped",
        "assert_same_in_both_modes",
        "assert_same_parameter_gradients",
        "assert_same_state",
        "assert_same_weights",
        "assert_separate",
        "draw_weights",
        "load_weights",
        "pair",
        "random_weights",
        "right_cases",
    ),
    "checks.own": ("assert_no_stub", "assert_own_gradients", "assert_own_parameter_gradients"),
    "checks.reference": ("reference_object",),
    "checks.rng": ("Rng",),
    "checks.runner": ("checks_of",),
    "checks.vocabulary": (
        "assert_close",
        "assert_different",
        "assert_grad_mode_kept",
        "assert_raises",
        "assert_same",
        "assert_same_gradients",
        "assert_tensor",
        "assert_untouched",
        "check",
        "describe",
        "expect",
        "unpack",
    ),
    "conversation.standin": ("gradients", "is_a", "twin", "weights"),
    "course": ("Course", "Exercise", "judge_line"),
    "errors": (
        "CourseError",
        "KernelStartError",
        "MachineError",
        "NBJudgeError",
        "SandboxUnavailable",
        "UnreadableNotebook",
    ),
    "judging.audit": ("audit",),
    "judging.here": ("InProcess", "judge"),
    "judging.judge": ("Judge",),
    "source_text": ("plain_python",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    # Lazily: nbgrader's commands read the configuration, and most of them need no torch.
    if name not in _HOME_OF:
        raise AttributeError(f"module 'nbjudge' has no attribute {name!r}")
    return getattr(importlib.import_module(f"nbjudge.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
