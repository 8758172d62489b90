"""What a learner of the course works with.

``attnkit.parts`` gives every earlier component, so that each exercise stands alone;
``attnkit.pictures`` draws what the components do.
"""

import os

__version__ = "0.1.0"


def grading() -> bool:
    """Whether the notebook runs to be graded."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def validating() -> bool:
    """Whether nbgrader's Validate runs the notebook: somebody waits, and sees nothing but what failed."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate"


def unseen() -> bool:
    """Whether nobody will see what the notebook shows, pictures and tables: it is graded, or validated."""
    return grading() or validating()
