"""Which language a notebook is written in: its cells run as Python here, or not at all."""

from __future__ import annotations

from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

_BY_KERNEL = {"ir": "R", "julia": "Julia", "octave": "Octave", "bash": "bash", "sas": "SAS", "xcpp": "C++"}


def foreign(kernelspec: dict[str, Any]) -> str:
    """The language of a notebook with this kernelspec, where it is another than Python; else an empty string."""
    name = str(kernelspec.get("name") or "")
    language = str(kernelspec.get("language") or "") or _language_of(name)
    return "" if language.lower() in ("", "python") else language


def _language_of(kernel: str) -> str:
    """What is known of a kernel by its name alone; people name those of their Python environments as they like."""
    try:
        return str(KernelSpecManager().get_kernel_spec(kernel).language) if kernel else ""
    except NoSuchKernel:
        return _BY_KERNEL.get(kernel.partition("-")[0].lower(), "")
