"""A kernel as Jupyter starts it, not kept apart from anything: for `c.NBJudge.sandbox = "none"`."""

from __future__ import annotations

from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner as JupyterLocalProvisioner

from nbjudge.conversation.common import messages
from nbjudge.kernels.judged import JudgedProvisioner
from nbjudge.words import exit_in_words


class LocalProvisioner(JudgedProvisioner, JupyterLocalProvisioner):
    """Jupyter's own provisioner, and the judge's socket."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        self.judge_socket, theirs = messages.judge_pair()
        with theirs:
            kwargs["env"] = {**kwargs["env"], messages.JUDGE_FD: str(theirs.fileno())}
            return await super().launch_kernel(cmd, pass_fds=(theirs.fileno(),), **kwargs)

    def why_dead(self) -> str:
        """Why the kernel ended, in words; empty while it runs."""
        code = self.process.poll() if self.process is not None else None
        return "" if code is None else exit_in_words(code)

    async def cleanup(self, restart: bool = False) -> None:
        if self.judge_socket is not None:
            self.judge_socket.close()
            self.judge_socket = None
        await super().cleanup(restart)
