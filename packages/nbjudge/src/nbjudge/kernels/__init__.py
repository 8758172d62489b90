"""Sandboxed, warm Jupyter kernels: strangers' code, kept apart, and started in a fraction of a second.

`provisioner.SandboxProvisioner` hands them out to Jupyter. `require_sandbox` says beforehand whether this
machine can have them; `probe.probes` tries every limit and every wall by attempting to break it.
"""

from __future__ import annotations

from nbjudge.kernels.limits import Limits
from nbjudge.kernels.obstacles import SandboxUnavailable

__all__ = ["Limits", "SandboxUnavailable", "require_sandbox"]

_proven = False


def require_sandbox() -> None:
    """Start one kernel in a sandbox. Raises `SandboxUnavailable`, which names the mend, where that fails."""
    global _proven
    if _proven:
        return
    from nbjudge.kernels import obstacles
    from nbjudge.kernels.launch import launch
    from nbjudge.kernels.parent import ParentDied, warm_parent
    from nbjudge.kernels.process import KernelStartFailed

    try:
        launched = launch("", Limits(), preload=())
    except (KernelStartFailed, ParentDied) as error:
        raise obstacles.cause_of_failure(str(error)).error(str(error)) from error
    launched.judge.close()
    launched.process.close()
    warm_parent(()).close()
    _proven = True
