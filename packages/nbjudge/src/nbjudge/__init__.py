"""nbjudge: grade notebooks by pytest checks that the learner's code never meets.

Public names: `configure` for nbgrader_config.py; `judge` for the hidden line of a grading cell; `check` and the
comparisons for check modules. Everything else is reached through the command `nbjudge`.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = [
    "assert_close",
    "assert_raises",
    "assert_same_gradients",
    "assert_tensor",
    "assert_untouched",
    "check",
    "configure",
    "expect",
    "gradients",
    "is_a",
    "judge",
    "twin",
]

_HOMES = {
    "assert_close": "checks",
    "assert_raises": "checks",
    "assert_same_gradients": "checks",
    "assert_tensor": "checks",
    "assert_untouched": "checks",
    "check": "checks",
    "expect": "checks",
    "configure": "config",
    "gradients": "standin",
    "is_a": "standin",
    "judge": "judging",
    "twin": "standin",
}


def __getattr__(name: str):
    # Lazily: nbgrader's commands read the configuration, and most of them need no torch.
    if name not in _HOMES:
        raise AttributeError(f"module 'nbjudge' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"nbjudge.{_HOMES[name]}"), name)
