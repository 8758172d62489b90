"""Where things are, and who one is, inside the walls. Told to both sides: the world is built outside."""

from __future__ import annotations

HOME = "/home/learner"
SUBMISSION = f"{HOME}/submission"
UID = 1000
"""Who the kernel is, inside. Outside, it is whoever runs the grader, or nobody if that is root."""
NOBODY = 65534

PRIVATE = {"/tmp": 0o1777, HOME: 0o755, "/dev/shm": 0o1777}
"""Directories that each kernel has for itself, and their modes."""

MACHINES = ("x86_64", "aarch64")
"""Processors whose system calls the filter knows by number."""
