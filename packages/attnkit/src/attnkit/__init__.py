"""What a learner of the course works with.

``attnkit.parts`` gives every earlier component, so that each exercise stands alone;
``attnkit.pictures`` draws what the components do; ``attnkit.check`` is the line under each exercise.
"""

from attnkit._check import check
from attnkit._execution import grading, unseen, validating

__all__ = ["check", "grading", "unseen", "validating"]

__version__ = "0.1.0"
