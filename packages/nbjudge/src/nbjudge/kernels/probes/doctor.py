"""Does the sandbox hold, here? Every limit and every wall is tried, by an honest attempt to break it.

`nbjudge doctor` shows the result. A probe that does not hold names what would mend it.
"""

from __future__ import annotations

from nbjudge.kernels.probes import ends, limits, walls
from nbjudge.kernels.probes.probe import Probe


def probes() -> list[Probe]:
    """Try everything. Raises `SandboxUnavailable` where no kernel starts at all."""
    return [*walls.run(), *limits.run(), *ends.run()]
