"""Who runs the notebook: a learner, or one of nbgrader's commands."""

import os


def grading() -> bool:
    """Whether the notebook runs to be graded."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def validating() -> bool:
    """Whether nbgrader's Validate runs the notebook: somebody waits, and sees nothing but what failed."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


def unseen() -> bool:
    """Whether nobody will see what the notebook shows, pictures and tables: it is graded, or validated."""
    return grading() or validating()
