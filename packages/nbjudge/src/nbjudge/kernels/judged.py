"""What our provisioners offer beside Jupyter's own interface."""

from __future__ import annotations

import socket
from abc import abstractmethod

import psutil
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from nbjudge.patience import Seconds


class JudgedProvisioner(KernelProvisionerBase):
    """A provisioner whose kernels can be judged: the base of `SandboxProvisioner` and `LocalProvisioner`."""

    judge_socket: socket.socket | None = None
    """The grader's end of a socket that the kernel alone has the other end of.

    Made by `launch_kernel` and closed by `cleanup`. `KernelSession` watches it while a cell runs, as it closes with
    the kernel's last process, and the judge talks over it while an exercise is judged.
    """

    def computed(self) -> Seconds:
        """What the kernel has taken of the processor, with those of its processes that have ended; 0 without a kernel.

        Called by `KernelSession` several times a second while a cell runs.
        """
        pid: int | None = getattr(self, "pid", None)  # which all of Jupyter's have, and its base does not name
        try:
            return sum(psutil.Process(pid).cpu_times()[:4]) if pid else 0.0
        except psutil.NoSuchProcess:
            return 0.0

    @abstractmethod
    def why_dead(self) -> str:
        """Why the kernel ended, to go on after "the kernel"; empty while it runs.

        Called by `KernelSession` several times a second while a cell runs, and once more when it is to be replaced.
        """
