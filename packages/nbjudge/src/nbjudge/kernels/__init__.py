"""Sandboxed, warm Jupyter kernels: strangers' code, kept apart, and started in a fraction of a second.

What runs within the walls, beside strangers' code, is in `inside/`; what both sides share is in `common/`; all else
runs in the grader. `provisioner.SandboxProvisioner` hands kernels out to Jupyter. `require_sandbox` says beforehand
whether this machine can have them; `probes.doctor.probes` tries every limit and every wall by attempting to break it.
"""

from __future__ import annotations

from nbjudge.errors import KernelStartError
from nbjudge.given import Cover
from nbjudge.limits import Limits

__all__ = ["require_sandbox"]

_proven = False


def require_sandbox(preload: tuple[str, ...] = (), covers: tuple[Cover, ...] = ()) -> None:
    """Start one kernel in a sandbox. Raises `SandboxUnavailable`, which names the mend, where that fails."""
    global _proven
    if _proven:
        return
    from nbjudge.kernels import obstacles
    from nbjudge.kernels.launch import launch
    from nbjudge.kernels.parent import ParentDied

    try:
        launched = launch("", Limits(), preload=preload, covers=covers)
    except (KernelStartError, ParentDied) as error:
        raise obstacles.cause_of_failure(str(error)).error(str(error)) from error
    launched.judge.close()
    launched.process.close()
    _proven = True
