"""Files that a learner hands in beside the notebook: trained weights, as safetensors."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError

from nbjudge.checks.vocabulary import Mismatch
from nbjudge.system import open_flags

# Neither a link nor a pipe: the file must be the submission's own. Windows has neither of this kind.
_OPEN = open_flags("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
_MIB = 1 << 20


class Artifacts:
    """The folder of a submission, seen from the judge: only bounded arrays come out of it."""

    def __init__(self, folder: Path | None):
        self._folder = folder

    def tensors(self, name: str, max_bytes: int = 16 * _MIB) -> dict[str, torch.Tensor]:
        """The arrays of the safetensors file `name`. Raises `Mismatch`, which says what is wrong, if it has none."""
        wanted = f"the file {name} beside the notebook, with at most {max_bytes // _MIB or 1} MiB of trained weights"
        data = self._read(name, max_bytes, wanted)
        try:
            return safetensors.torch.load(data)
        except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
            raise Mismatch(wanted, "a file that is not in the safetensors format") from error

    def _read(self, name: str, max_bytes: int, wanted: str) -> bytes:
        if self._folder is None:
            raise Mismatch(wanted, "no such file")
        try:
            fd = os.open(self._folder / name, _OPEN)
        except OSError as error:
            raise Mismatch(wanted, "no such file: run the training cell, and hand in the file it saves") from error
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
                raise Mismatch(wanted, f"a file of {status.st_size:,} bytes")
            return file.read(max_bytes)
