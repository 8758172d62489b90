"""A course that has nothing to do with Transformers, for all tests of nbjudge that need one."""

from .course import LESSON, ToyCourse, cell, notebook_of
from .exercises import EXERCISES
from .outcome import Outcome

__all__ = ["EXERCISES", "LESSON", "Outcome", "ToyCourse", "cell", "notebook_of"]
