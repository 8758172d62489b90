"""What can go wrong that a person is told of: one tree, whose messages name the file and the mend.

NBJudgeError
├── CourseError            the course is not laid out, or not configured, as it must be
├── UnreadableNotebook     a learner's file is no notebook
└── MachineError           not the learner's fault, and not the course's
    ├── SandboxUnavailable     this machine cannot keep strangers' code apart
    └── KernelStartError       a kernel did not come up
"""

from __future__ import annotations


class NBJudgeError(Exception):
    """Every error that nbjudge raises for a person to read."""


class CourseError(NBJudgeError):
    """The course is not laid out, or not configured, as it must be; the message names the file and the mend."""


class UnreadableNotebook(NBJudgeError):
    """The file is no notebook; the message says why, in words for a learner."""


class MachineError(NBJudgeError):
    """The machine does not give what grading needs."""


class SandboxUnavailable(MachineError):
    """This machine cannot sandbox kernels. The message says why, and names the mend."""


class KernelStartError(MachineError):
    """A kernel did not start. The message carries what it reported."""
